/// Addresses, listeners, and what the kernel reports about sockets and their owners.
///
/// Two answers are needed to find out who is on a port: [dev.berth.net.SockDiag] lists the sockets,
/// [dev.berth.net.Holders] the processes whose descriptors refer to them; the socket's inode joins
/// the two.
@NullMarked
package dev.berth.net;

import org.jspecify.annotations.NullMarked;
