package dev.beaver.testee

import dev.beaver.Aggregate
import dev.beaver.BeaverChannel
import dev.beaver.BeaverLog
import dev.beaver.LiveView
import dev.beaver.Retention
import dev.beaver.Start
import dev.beaver.Subscription
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlin.time.DurationUnit

fun channel(request: Request, channel: BeaverChannel<JsonElement>): Answer {
    val args = request.args
    return when (request.verb) {
        "publish" -> result(channel.publish(args.json("payload")))
        "publish_many" -> result(channel.publishMany(args.jsons("payloads")))
        "subscribe" -> request.keep(channel.subscribe(start(args)))
        "items" -> result(channel.items)
        "retention" -> channel.retention.let {
            result(row("max_age" to it.maxAge?.toDouble(DurationUnit.SECONDS), "max_messages" to it.maxMessages))
        }
        "set_retention" -> {
            channel.retention = retention(args.options("retention", "max_age", "max_messages"))
            Answer.none
        }
        else -> common(request, channel)
    }
}

private fun start(args: Args): Start {
    val (start, after) = args.optional("start") to args.time("after")
    if (start != null && after != null) throw Unsayable("a subscription begins at one place")
    return when {
        after != null -> Start.After(after)
        start == null || start == "now" -> Start.Now
        start == "oldest" -> Start.Oldest
        else -> throw Unsayable("there is no such start")
    }
}

/** What is not named is as in a new channel, null is no bound. */
private fun retention(given: Args): Retention {
    var retention = Retention()
    if ("max_age" in given.members) retention = retention.copy(maxAge = given.duration("max_age"))
    if ("max_messages" in given.members) retention = retention.copy(maxMessages = given.int("max_messages"))
    return retention
}

fun subscription(request: Request, subscription: Subscription<*>): Answer {
    val args = request.args
    return when (request.verb) {
        "next" -> intime(subscription.nextBlocking(args.timeout()))
        "next_many" -> intime(subscription.nextManyBlocking(args.count("n")!!, args.timeout()).ifEmpty { null })
        // Closed, not freed: who asks now hears so.
        "close" -> done(subscription.close())
        else -> unknown(request)
    }
}

fun view(args: Args, log: BeaverLog<JsonElement>): LiveView<*> {
    val (window, period) = args.duration("window")!! to args.duration("period")!!
    val asked = args.optional("aggregates") ?: return log.live(window, period)
    val aggregates = wire.parseToJsonElement(asked) as? JsonObject
        ?: throw Unsayable("the aggregates are an object")
    return log.live(window, period, aggregates.mapValues { (_, aggregate) -> aggregate(aggregate) })
}

private fun aggregate(given: JsonElement): Aggregate {
    val aggregate = Args(given as? JsonObject ?: throw Unsayable("an aggregate is an object"))
    aggregate.members.keys.firstOrNull { it !in setOf("op", "path", "p") }?.let { throw Unsayable("there is no $it") }
    val path = aggregate.optional("path")
    fun needed() = path ?: throw Unsayable("a path is needed")
    if (aggregate["p"] != null && aggregate.text("op") != "percentile") throw Unsayable("only a percentile has a p")
    return when (aggregate.text("op")) {
        "count" -> Aggregate.Count(path)
        "rate" -> Aggregate.Rate(path)
        "sum" -> Aggregate.Sum(needed())
        "mean" -> Aggregate.Mean(needed())
        "min" -> Aggregate.Min(needed())
        "max" -> Aggregate.Max(needed())
        "percentile" -> Aggregate.Percentile(needed(), aggregate.number("p") ?: throw Unsayable("a p is needed"))
        else -> throw Unsayable("there is no such aggregate")
    }
}

fun live(request: Request, view: LiveView<*>): Answer = when (request.verb) {
    "next" -> intime(view.nextBlocking(request.args.timeout()))
    "close" -> done(view.close())
    else -> unknown(request)
}
