/// The sockets that are held, the groups they are members of, and who of the workers gets the next
/// connection: policies make a table of them, and a BPF program, or a dispatcher, goes by it.
@NullMarked
package dev.berth.supervise.steering;

import org.jspecify.annotations.NullMarked;
