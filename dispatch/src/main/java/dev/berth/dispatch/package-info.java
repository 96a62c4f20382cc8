/// The dispatcher: accepts the connections of an address and passes each one, as a descriptor, to
/// the worker it is meant for. It proxies no bytes.
///
/// Whatever can be computed without the kernel is a value or a pure function: [FirstBytes],
/// [Route], [Routes], [BalancingPolicy]. Of the parts that touch sockets, only [Dispatcher] is
/// public.
@NullMarked
package dev.berth.dispatch;

import org.jspecify.annotations.NullMarked;
