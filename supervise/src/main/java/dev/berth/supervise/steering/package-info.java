/// The held sockets, the groups that they are members of, and which worker gets the next
/// connection: policies make a table, and a BPF program or a dispatcher follows it.
@NullMarked
package dev.berth.supervise.steering;

import org.jspecify.annotations.NullMarked;
