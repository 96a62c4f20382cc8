/// The sockets on a port and who owns them, what a bind would meet, whom a client would reach.
///
/// [dev.berth.inspect.PortReport] is the entry: all that can be known, from outside and with the
/// rights at hand, of the sockets on a port; what cannot be known is named in it.
@NullMarked
package dev.berth.inspect;

import org.jspecify.annotations.NullMarked;
