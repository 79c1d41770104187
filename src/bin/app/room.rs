//! The page's rooms, and the one that an address means.

use crate::browser::{fragment, recall_in_tab, remember_in_tab};
use crate::words::say;
use llm_selection::link::Link;
use yew::AttrValue;

/// A room of the page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Room {
    /// Rounds are played.
    #[default]
    Playground,
    /// The query is read first.
    QueryAware,
    /// Real models are asked.
    Live,
    /// Lessons are read.
    Learn,
}

impl Room {
    /// All, in the order of the navigation.
    pub const ALL: [Room; 4] = [Room::Playground, Room::QueryAware, Room::Live, Room::Learn];

    /// Name on the page.
    pub fn name(self) -> AttrValue {
        say!(match self {
            Room::Playground => "Playground",
            Room::QueryAware => "Query-aware",
            Room::Live => "Live",
            Room::Learn => "Learn",
        })
    }

    /// Name in links; the Playground's is empty.
    pub fn slug(self) -> &'static str {
        match self {
            Room::Playground => "",
            Room::QueryAware => "query-aware",
            Room::Live => "live",
            Room::Learn => "learn",
        }
    }

    /// The room in which an experiment is opened; where a link names none, the Playground.
    pub fn of(slug: &str) -> Room {
        let rooms = [Room::QueryAware, Room::Live];
        rooms.into_iter().find(|room| room.slug() == slug).unwrap_or_default()
    }

    /// The room that a fragment names; `None` where it names none: it is a link, or a place on the page.
    pub fn named(fragment: &str) -> Option<Room> {
        let name = fragment.trim_start_matches('#');
        // Each step of a lesson has an address.
        let lesson = name.strip_prefix("learn").is_some_and(|rest| rest.starts_with(['/', '?']));
        let name = if lesson { "learn" } else { name };
        Room::ALL.into_iter().find(|room| room.slug() == name)
    }

    /// The room that the page opens in.
    pub fn at_first() -> Room {
        let fragment = fragment();
        let linked = || Link::decode(&fragment).ok().map(|link| Room::of(&link.page.room));
        // A place on the page is in the room that the tab was in.
        let last = || recall_in_tab(ROOM).and_then(|slug| Room::named(&slug));
        Room::named(&fragment).or_else(linked).or_else(last).unwrap_or_default()
    }

    /// Remembers that the tab is in this room.
    pub fn enter(self) {
        remember_in_tab(ROOM, Some(self.slug()));
    }
}

/// Name under which a tab remembers its room.
const ROOM: &str = "room";
/// Name under which a tab remembers the link that it opened last.
const LINK: &str = "link";

/// Whether this is the link that the tab opened last.
pub fn opened_last(link: &str) -> bool {
    recall_in_tab(LINK).is_some_and(|last| last == link)
}

/// Remembers that the tab opens this link.
pub fn opens(link: &str) {
    remember_in_tab(LINK, Some(link));
}
