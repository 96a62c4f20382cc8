/// Addresses, listeners, and what the kernel tells about sockets and their owners.
///
/// Two answers make up "who is on this port": [dev.berth.net.SockDiag] lists the sockets,
/// [dev.berth.net.Holders] the processes whose descriptors refer to them; the socket's inode joins
/// the two.
@NullMarked
package dev.berth.net;

import org.jspecify.annotations.NullMarked;
