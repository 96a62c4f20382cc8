package dev.berth.inspect;

import java.util.Objects;

/// Why no process is known that holds a socket.
///
/// @param kind what is known
/// @param holder who has it then, in words that begin a sentence
/// @param sentence the reason, and what shows more
/// @param remedy what takes it off its port, if that is known; else empty
public record Absence(Kind kind, String holder, String sentence, String remedy) {
    /// There is a process, and it is known.
    public static final Absence NONE = new Absence(Kind.NONE, "", "", "");

    /// What is known of a socket without a known process.
    public enum Kind {
        /// A process is known.
        NONE,
        /// What the kernel keeps of a connection: no descriptor refers to it, and its options can
        /// no more be changed.
        REMAINDER,
        /// A socket of the kernel itself, of which no process has a descriptor.
        KERNEL,
        /// There may be a process that this user is not allowed to see or to look into.
        HIDDEN,
        /// Every process was looked into, and none has it.
        NOBODY
    }

    public Absence {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(holder, "holder");
        Objects.requireNonNull(sentence, "sentence");
        Objects.requireNonNull(remedy, "remedy");
    }
}
