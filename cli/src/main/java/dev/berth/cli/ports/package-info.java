/// Who is on a port, whether one more could bind it, whom a client would reach, and to open a port
/// for others: `who`, `why`, `route`, `open`, `close`.
@NullMarked
package dev.berth.cli.ports;

import org.jspecify.annotations.NullMarked;
