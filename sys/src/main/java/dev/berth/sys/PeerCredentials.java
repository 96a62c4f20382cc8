package dev.berth.sys;

/// The process at the other end of a Unix socket, as it was when the connection was made.
///
/// **Source:** unix(7), `SO_PEERCRED`.
public record PeerCredentials(int pid, int uid, int gid) {}
