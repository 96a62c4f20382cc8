/// What is observed of running workers and their sockets: probes, load, drains, stalls, foreign
/// sockets, the status.
@NullMarked
package dev.berth.supervise.watch;

import org.jspecify.annotations.NullMarked;
