/// Shows who is on a port, whether another process could bind it, and which socket a client would
/// reach; opens a port to others: `who`, `why`, `route`, `open`, `close`.
@NullMarked
package dev.berth.cli.ports;

import org.jspecify.annotations.NullMarked;
