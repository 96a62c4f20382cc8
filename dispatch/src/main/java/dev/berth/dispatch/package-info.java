/// The dispatcher: accepts the connections of an address and passes each one, as a descriptor, to
/// the worker that it is for. No byte of it is proxied.
///
/// What can be computed without the kernel is a value or a pure function: [FirstBytes], [Route],
/// [Routes], [Choice]. [Dispatcher] alone is seen from outside of what touches sockets.
@NullMarked
package dev.berth.dispatch;

import org.jspecify.annotations.NullMarked;
