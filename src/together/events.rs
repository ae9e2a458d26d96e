//! What services write, from all of them in turn.

use std::io::{PipeReader, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use crate::terminal::lines::Lines;

/// How many lines are kept that are not printed yet: a service waits then.
const MOST: usize = 4096;

/// How much is read at once, in bytes.
const BLOCK: usize = 16 << 10;

/// What happens.
#[derive(Debug)]
pub(super) enum Event {
    /// A service wrote a line.
    Line(usize, String),
    /// It will write no more.
    Closed(usize),
}

/// All that happens.
#[derive(Debug)]
pub(super) struct EventQueue {
    sender: SyncSender<Event>,
    receiver: Receiver<Event>,
}

/// What one service writes.
#[derive(Debug)]
pub(super) struct Sender {
    index: usize,
    sender: SyncSender<Event>,
}

impl EventQueue {
    pub(super) fn new() -> Self {
        let (sender, receiver) = sync_channel(MOST);
        EventQueue { sender, receiver }
    }

    pub(super) fn sender(&self, index: usize) -> Sender {
        Sender {
            index,
            sender: self.sender.clone(),
        }
    }

    /// The next one, if one comes in time.
    pub(super) fn next(&self, patience: Duration) -> Option<Event> {
        self.receiver.recv_timeout(patience).ok()
    }
}

impl Sender {
    /// Reads what a service writes, until it ends.
    pub(super) fn read(self, mut output: PipeReader) {
        thread::spawn(move || {
            let mut lines = Lines::default();
            let mut block = vec![0; BLOCK];
            while let Ok(count @ 1..) = output.read(&mut block) {
                self.send(lines.push(&block[..count]));
            }
            self.send(lines.end());
            // Where nothing is received any more this process is about to end.
            let _ = self.sender.send(Event::Closed(self.index));
        });
    }

    fn send(&self, lines: impl IntoIterator<Item = String>) {
        for line in lines {
            let _ = self.sender.send(Event::Line(self.index, line));
        }
    }
}
