//! Whoever starts a service, by whatever was written for it, starts what `lisplaunch run` would.

mod cases;
