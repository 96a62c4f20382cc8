package dev.berth.net;

/// A descriptor through which a process holds a socket.
///
/// @param pid the process
/// @param fd the descriptor's number in it
public record Holder(int pid, int fd) {}
