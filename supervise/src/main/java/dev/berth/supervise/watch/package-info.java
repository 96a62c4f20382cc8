/// What is seen of workers and sockets that are there: probes, load, drains, stalls, strangers, the
/// status.
@NullMarked
package dev.berth.supervise.watch;

import org.jspecify.annotations.NullMarked;
