//! The part of a backtrace that belongs to what was evaluated.

/// Cuts off the frames below the evaluation, which are those of the client and the server.
///
/// Frames are given and returned with the innermost first.
pub(crate) fn shorten(mut frames: Vec<String>) -> Vec<String> {
    // Where the runtime is not compiled the interpreter that it runs in has frames of its own.
    let below = frames
        .iter()
        .position(|frame| frame.contains("LISPLAUNCH::") || frame.starts_with("(SB-EVAL::"));
    frames.truncate(below.unwrap_or(frames.len()));
    if below.is_some() {
        while frames.last().is_some_and(|frame| is_evaluator(frame)) {
            frames.pop();
        }
    }
    frames
}

fn is_evaluator(frame: &str) -> bool {
    [
        "(EVAL ",
        "(SB-INT:SIMPLE-EVAL-IN-LEXENV ",
        "(SB-IMPL::%SIMPLE-EVAL ",
    ]
    .iter()
    .any(|name| frame.starts_with(name))
}
