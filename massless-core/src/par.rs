//! The only user of rayon: fixed-size chunks, each writing its own slots.
//!
//! Chunk sizes depend on the scene, never on the number of workers, and a chunk sees nothing of the
//! others, so the result does not depend on how chunks are spread over threads.

use rayon::prelude::*;

/// Below this many items a parallel pass costs more than it saves.
const PARALLEL_ITEMS_MIN: usize = 512;

/// Below this many runs `for_each_run` stays on its thread.
const PARALLEL_RUNS_MIN: usize = 4;

/// Items per chunk of `fill` and `map_chunks`. The state hash depends on it.
const CHUNK: usize = 256;

/// `outputs[i] = f(&inputs[i])`, in parallel where there is enough to do.
/// Panics when the lengths differ.
pub(crate) fn fill<I: Sync, O: Send>(
    inputs: &[I],
    outputs: &mut [O],
    f: impl Fn(&I) -> O + Sync + Send,
) {
    assert_eq!(inputs.len(), outputs.len());
    if inputs.len() < PARALLEL_ITEMS_MIN {
        inputs.iter().zip(outputs).for_each(|(input, output)| *output = f(input));
        return;
    }
    inputs.par_chunks(CHUNK).zip(outputs.par_chunks_mut(CHUNK)).for_each(|(inputs, outputs)| {
        inputs.iter().zip(outputs).for_each(|(input, output)| *output = f(input));
    });
}

/// `outputs[c] = f(chunk c)` over chunks of `CHUNK` items; `outputs` is resized to the number of chunks.
pub(crate) fn map_chunks<I: Sync, O: Send + Default + Clone>(
    inputs: &[I],
    outputs: &mut Vec<O>,
    f: impl Fn(&[I]) -> O + Sync + Send,
) {
    outputs.clear();
    outputs.resize(inputs.len().div_ceil(CHUNK), O::default());
    if inputs.len() < PARALLEL_ITEMS_MIN {
        inputs.chunks(CHUNK).zip(outputs).for_each(|(chunk, output)| *output = f(chunk));
        return;
    }
    inputs.par_chunks(CHUNK).zip(outputs).for_each(|(chunk, output)| *output = f(chunk));
}

/// Like `fill` with one scratch value a chunk of `chunk` items; `scratch` is grown as needed.
pub(crate) fn fill_with<I: Sync, O: Send, S: Send + Default>(
    chunk: usize,
    scratch: &mut Vec<S>,
    (inputs, outputs): (&[I], &mut [O]),
    f: impl Fn(&mut S, &I) -> O + Sync + Send,
) {
    assert_eq!(inputs.len(), outputs.len());
    let chunks = inputs.len().div_ceil(chunk);
    while scratch.len() < chunks {
        scratch.push(S::default());
    }
    let run = |((inputs, outputs), scratch): ((&[I], &mut [O]), &mut S)| {
        inputs.iter().zip(outputs).for_each(|(input, output)| *output = f(scratch, input));
    };
    if chunks < 2 {
        let parts = inputs.chunks(chunk).zip(outputs.chunks_mut(chunk)).zip(scratch);
        parts.for_each(run);
        return;
    }
    inputs
        .par_chunks(chunk)
        .zip(outputs.par_chunks_mut(chunk))
        .zip(scratch.par_iter_mut())
        .for_each(run);
}

/// Runs `work` on every run of `chunk` items, each with a scratch value of its own, in parallel where there
/// are enough of them. Returns how many runs there were: their scratch values, in order, are the first
/// of `scratch`, which is grown as needed.
///
/// What a run does must depend on its items and on what all runs share, and on nothing in its scratch
/// value: then the result is the same on any number of threads.
pub fn for_each_run<T: Send, S: Send + Default>(
    chunk: usize,
    scratch: &mut Vec<S>,
    items: &mut [T],
    work: impl Fn(&mut S, &mut [T]) + Sync + Send,
) -> usize {
    let runs = items.len().div_ceil(chunk);
    while scratch.len() < runs {
        scratch.push(S::default());
    }
    if runs < PARALLEL_RUNS_MIN {
        items.chunks_mut(chunk).zip(scratch).for_each(|(items, scratch)| work(scratch, items));
    } else {
        let parts = items.par_chunks_mut(chunk).zip(scratch.par_iter_mut());
        parts.for_each(|(items, scratch)| work(scratch, items));
    }
    runs
}

/// Runs `work` on a pool of `threads` threads: benches, tests and hosts decide the number here.
///
/// Panics when the platform refuses to start the threads.
pub fn with_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.expect("the platform starts a few threads").install(work)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_do_not_depend_on_threads() {
        let inputs: Vec<u32> = (0..10_000).collect();
        let run = |threads| {
            with_threads(threads, || {
                let mut outputs = vec![0_f32; inputs.len()];
                fill(&inputs, &mut outputs, |&x| (x as f32).sqrt());
                outputs
            })
        };
        let alone = run(1);
        assert!([2, 3, 8].into_iter().all(|threads| run(threads) == alone));
    }

    #[test]
    fn runs_change_their_own_items_and_scratch() {
        for (count, threads) in [(0, 1), (7, 2), (100, 1), (100, 3)] {
            let mut items: Vec<u32> = (0..count).collect();
            let mut scratch: Vec<Vec<u32>> = Vec::new();
            let runs = with_threads(threads, || {
                for_each_run(16, &mut scratch, &mut items, |seen, items| {
                    seen.extend_from_slice(items);
                    items.iter_mut().for_each(|item| *item *= 2);
                })
            });
            assert_eq!(runs, (count as usize).div_ceil(16));
            assert!(items.into_iter().eq((0..count).map(|n| n * 2)));
            assert!(scratch[..runs].concat().into_iter().eq(0..count));
        }
    }

    #[test]
    fn scratch_is_private_to_a_chunk() {
        let inputs: Vec<u32> = (0..100).collect();
        let mut outputs = vec![0; 100];
        let mut scratch: Vec<u32> = Vec::new();
        fill_with(16, &mut scratch, (&inputs, &mut outputs), |count, &x| {
            *count += 1;
            x * 2
        });
        assert_eq!(outputs[99], 198);
        assert_eq!(scratch.iter().sum::<u32>(), 100);
        assert_eq!(scratch.len(), 7);
    }
}
