//! The body of a reply, with the ways in which it does not end well.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::time::{Instant, Interval, interval_at};

use super::Ticket;

/// Time between the spaces that never end, and before a connection is cut: what was sent before is on its way by then.
const PAUSE: Duration = Duration::from_millis(20);

/// A reply's bytes, as they are sent.
pub(super) struct Reply {
    chunks: VecDeque<Bytes>,
    length: u64,
    end: End,
    ticket: Option<Ticket>,
}

enum End {
    Good,
    /// Spaces for ever.
    Never(Interval),
    /// The connection is closed.
    Cut(Interval),
}

impl Reply {
    pub(super) fn new(chunks: impl IntoIterator<Item = Bytes>) -> Reply {
        let chunks: VecDeque<Bytes> = chunks.into_iter().filter(|chunk| !chunk.is_empty()).collect();
        Reply { length: length(&chunks), chunks, end: End::Good, ticket: None }
    }

    /// Lets the bill know when all is handed over.
    pub(super) fn for_ticket(mut self, ticket: Ticket) -> Reply {
        self.ticket = Some(ticket);
        self
    }

    /// With spaces for ever after its bytes.
    pub(super) fn without_end(mut self) -> Reply {
        self.end = End::Never(pauses());
        self
    }

    /// Closes the connection in the midst of its bytes, all of which were promised.
    pub(super) fn cut(mut self) -> Reply {
        let half = self.chunks.len() / 2;
        self.chunks.truncate(half);
        self.end = End::Cut(pauses());
        self
    }
}

fn length(chunks: &VecDeque<Bytes>) -> u64 {
    chunks.iter().map(|chunk| chunk.len() as u64).sum()
}

fn pauses() -> Interval {
    interval_at(Instant::now() + PAUSE, PAUSE)
}

impl Body for Reply {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(chunk) = self.chunks.pop_front() {
            if let (true, Some(ticket)) = (self.is_end_stream(), &self.ticket) {
                ticket.note(|row| row.delivered = true);
            }
            return Poll::Ready(Some(Ok(Frame::data(chunk))));
        }
        Poll::Ready(match &mut self.end {
            End::Good => None,
            End::Never(pauses) => {
                ready!(pauses.poll_tick(context));
                Some(Ok(Frame::data(Bytes::from_static(b" "))))
            }
            End::Cut(pauses) => {
                ready!(pauses.poll_tick(context));
                Some(Err(io::ErrorKind::ConnectionAborted.into()))
            }
        })
    }

    fn is_end_stream(&self) -> bool {
        self.chunks.is_empty() && matches!(self.end, End::Good)
    }

    fn size_hint(&self) -> SizeHint {
        match self.end {
            End::Good => SizeHint::with_exact(length(&self.chunks)),
            End::Cut(_) => SizeHint::with_exact(self.length),
            End::Never(_) => SizeHint::default(),
        }
    }
}
