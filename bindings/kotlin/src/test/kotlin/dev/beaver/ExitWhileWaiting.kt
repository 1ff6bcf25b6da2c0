package dev.beaver

import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.GlobalScope
import kotlinx.coroutines.DelicateCoroutinesApi
import kotlinx.coroutines.launch
import kotlin.concurrent.thread
import kotlin.time.Duration.Companion.seconds

/** Ends by falling out of `main` while everything that can wait does. */
@OptIn(DelicateCoroutinesApi::class)
fun main(arguments: Array<String>) {
    val db = Beaver.open(arguments.single())
    val listener = db.channel<Int>("c").subscribe()
    GlobalScope.launch { db.queue<Int>("jobs").get() }
    GlobalScope.launch(Dispatchers.IO) { listener.asFlow().collect {} }
    GlobalScope.launch { db.lock("l").withLock { db.lock("l").acquire() } }
    thread(isDaemon = true) { db.dict<Int>("d").events().let { db.queue<Int>("jobs").getBlocking() } }
    thread(isDaemon = true) { db.log<Int>("g").live(1.seconds, 5.seconds).use { while (true) it.nextBlocking() } }
    Thread.sleep(300)
    db.list<Int>("done") += 1
    println("waiting")
}
