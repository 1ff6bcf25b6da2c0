//! Workers that lease their jobs: one that fails or dies loses nothing, and what fails again and again ends
//! in a queue of its own.

use std::error::Error;
use std::time::Duration;

use beaver_core::{Beaver, DeadLetterPolicy, LeasedItem, Options, Queue};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let db = Beaver::open(folder.path().join("jobs.db"), Options::default())?;
    let jobs = db.queue("agent_tasks")?;
    jobs.put(json!({"action": "summarize_news"}), 10.0)?;
    jobs.put(json!({"action": "respond_to_user"}), 1.0)?;
    jobs.put(json!({"action": "divide_by_zero"}), 5.0)?;

    // Nobody may hold a job for more than 30 seconds, or be given it more than three times.
    let lease = Duration::from_secs(30);
    let dead = DeadLetterPolicy { max_attempts: 3, queue: "agent_tasks.dead".into() };
    while let Some(job) = jobs.lease(lease, Some(Duration::ZERO), Some(&dead))? {
        work(&jobs, &job)?;
    }

    for item in db.queue("agent_tasks.dead")?.items() {
        println!("given up: {}", item?.data);
    }
    Ok(())
}

fn work(jobs: &Queue, job: &LeasedItem) -> Result<(), Box<dyn Error>> {
    let task: Value = job.item.data.to()?;
    let failed = task["action"] == "divide_by_zero";
    println!("attempt {} at {}: {}", job.attempts, task["action"], if failed { "failed" } else { "done" });
    if failed {
        jobs.nack(job.id, Duration::ZERO)?;
    } else {
        jobs.ack(job.id)?;
    }
    Ok(())
}
