//! The built site as people meet it, in a real browser. One program for all of it, so that browsers are kept busy to the
//! end; `cargo xtask test browser -- links::` runs a part.

mod access;
mod axe;
mod contextual;
mod embeddings;
mod explorer;
mod exports;
mod files;
mod gateway;
mod inspector;
mod interface;
mod language;
mod learn;
mod links;
mod live;
mod mapping;
mod newcomer;
mod nginx;
mod offline;
mod page;
mod playground;
mod policies;
mod queries;
mod query_aware;
mod studies;
mod sweep;
mod workers;
mod workspace;
