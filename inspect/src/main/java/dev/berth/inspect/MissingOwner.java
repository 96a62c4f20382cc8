package dev.berth.inspect;

/// Why no process is known that holds a socket.
///
/// @param kind what is known
/// @param holder who has the socket, in words that begin a sentence
/// @param sentence the reason, and what shows more
/// @param remedy how to free the port, if that is known; else empty
public record MissingOwner(Kind kind, String holder, String sentence, String remedy) {
    /// A process holds the socket and is known.
    public static final MissingOwner NONE = new MissingOwner(Kind.NONE, "", "", "");

    /// What is known about a socket without a known process.
    public enum Kind {
        /// A process is known.
        NONE,
        /// What the kernel keeps of a connection: no descriptor refers to it, and its options can
        /// no longer be changed.
        REMAINDER,
        /// A socket of the kernel itself; no process has a descriptor for it.
        KERNEL,
        /// There may be a process that this user is not permitted to see or inspect.
        HIDDEN,
        /// Every process was inspected, and none has it.
        NOBODY
    }
}
