//! Workers that lease their jobs: each job goes to one of them, one that fails or dies loses nothing, and what fails
//! again and again ends in a queue of its own. The workers are threads here; processes share the jobs in the same way.

use std::thread;
use std::time::Duration;

use beaver_core::{Beaver, DeadLetterPolicy, Error, LeasedItem, Options, Queue};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let db = Beaver::open(folder.path().join("jobs.db"), Options::default())?;
    let jobs = db.queue("agent_tasks")?;
    thread::scope(|scope| {
        let jobs = &jobs;
        let workers = [1, 2, 3].map(|number| scope.spawn(move || run_worker(jobs, number)));
        jobs.put(json!({"action": "summarize_news"}), 10.0)?;
        jobs.put(json!({"action": "respond_to_user"}), 1.0)?;
        jobs.put(json!({"action": "divide_by_zero"}), 5.0)?;
        jobs.put(json!({"action": "index_mail"}), 10.0)?;
        for worker in workers {
            worker.join().map_err(|_| "a worker panicked")??;
        }
        Ok::<(), Box<dyn std::error::Error>>(())
    })?;

    for item in db.queue("agent_tasks.dead")?.items() {
        println!("given up: {}", item?.data);
    }
    Ok(())
}

/// Waits for jobs, and goes home when none has come for a while. A put wakes one who waits.
fn run_worker(jobs: &Queue, number: u32) -> Result<(), Error> {
    // Nobody may hold a job for more than 30 seconds, or be given it more than three times.
    let lease = Duration::from_secs(30);
    let dead = DeadLetterPolicy { max_attempts: 3, queue: "agent_tasks.dead".into() };
    while let Some(job) = jobs.lease(lease, Some(Duration::from_millis(500)), Some(&dead))? {
        work(jobs, number, &job)?;
    }
    Ok(())
}

fn work(jobs: &Queue, worker: u32, job: &LeasedItem) -> Result<(), Error> {
    let task: Value = job.item.data.to()?;
    let failed = task["action"] == "divide_by_zero";
    let result = if failed { "failed" } else { "done" };
    println!("worker {worker}, attempt {} at {}: {result}", job.attempts, task["action"]);
    if failed {
        jobs.nack(job.id, Duration::ZERO)?;
    } else {
        jobs.ack(job.id)?;
    }
    Ok(())
}
