//! Tasks that are done several at a time, each on a core of its own.

use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Threads could not be started.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NoThreads(String);

/// Does `work` for each task, `jobs` at a time, and gives what comes of it in the order of the tasks;
/// `None` if any work was ended early, which gives `None` for that. `work` is told whether all are to stop,
/// since another has failed or was ended.
///
/// A worker takes the next task that nobody has taken and does it on a pool of a single thread, so that
/// what a task does in parallel waits for no other and its wall-clock time is its own.
///
/// # Errors
/// The first of any work, or if there are no threads.
pub fn each<T: Sync, R: Send, E: Send + From<NoThreads>>(
    jobs: usize,
    tasks: &[T],
    work: impl Fn(&T, &AtomicBool) -> Result<Option<R>, E> + Sync,
) -> Result<Option<Vec<R>>, E> {
    let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
    let workers = pool(jobs.min(tasks.len()).max(1))?;
    let worker = || -> Result<Vec<(usize, R)>, E> {
        let own = pool(1)?;
        let mut done = Vec::new();
        while !stopped.load(Ordering::SeqCst) {
            let number = next.fetch_add(1, Ordering::SeqCst);
            let Some(task) = tasks.get(number) else { break };
            match own.install(|| work(task, &stopped)) {
                Ok(Some(result)) => done.push((number, result)),
                other => {
                    stopped.store(true, Ordering::SeqCst);
                    other?;
                }
            }
        }
        Ok(done)
    };
    let done = workers.broadcast(|_| worker());
    let done: Result<Vec<_>, E> = done.into_iter().collect();
    let mut done: Vec<(usize, R)> = done?.into_iter().flatten().collect();
    done.sort_by_key(|(number, _)| *number);
    let is_whole = done.len() == tasks.len();
    Ok(is_whole.then(|| done.into_iter().map(|(_, result)| result).collect()))
}

fn pool(threads: usize) -> Result<ThreadPool, NoThreads> {
    let built = ThreadPoolBuilder::new().num_threads(threads).build();
    built.map_err(|error| NoThreads(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_tasks() {
        let tasks: Vec<u32> = (0..50).collect();
        let squares = each::<_, _, NoThreads>(3, &tasks, |&task, _| Ok(Some(task * task)));
        let squares = squares.expect("nothing fails").expect("nothing is ended");
        assert_eq!(squares, tasks.iter().map(|task| task * task).collect::<Vec<_>>());
    }

    #[test]
    fn who_ends_one_ends_all_and_an_error_comes_first() {
        let tasks: Vec<u32> = (0..50).collect();
        let ended =
            each::<_, u32, NoThreads>(2, &tasks, |&task, _| Ok((task != 7).then_some(task)));
        assert!(ended.expect("nothing fails").is_none());
        let failed = each::<_, u32, NoThreads>(2, &tasks, |&task, stopped| match task {
            7 => Err(NoThreads("seven".to_owned())),
            _ => Ok((!stopped.load(Ordering::SeqCst)).then_some(task)),
        });
        assert_eq!(failed.expect_err("seven fails").to_string(), "seven");
    }
}
