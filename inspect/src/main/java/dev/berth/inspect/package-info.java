/// The sockets on a port and who owns them, what a bind would meet, which socket a client would
/// reach.
///
/// [dev.berth.inspect.PortReport] is the entry point: everything that can be determined about the
/// sockets on a port, from outside and with the rights at hand; what cannot be determined is named
/// in it.
@NullMarked
package dev.berth.inspect;

import org.jspecify.annotations.NullMarked;
