package dev.berth.sys;

import java.util.concurrent.atomic.AtomicInteger;

/// A file descriptor that somebody owns: the one who holds this object closes it.
///
/// Safe for use by several threads; one of them closes it, the others then get an
/// `IllegalStateException` from [#number]. Whoever uses the bare number must see to it that the
/// descriptor is not closed meanwhile.
public final class Fd implements AutoCloseable {
    private static final int CLOSED = -1;

    private final AtomicInteger number;

    /// Takes ownership of an open descriptor.
    public Fd(int number) {
        if (number < 0) {
            throw new IllegalArgumentException("file descriptor must not be negative: " + number);
        }
        this.number = new AtomicInteger(number);
    }

    /// Takes ownership of the descriptor that a call returned, or throws what it says.
    ///
    /// **Shape:** `Fd.of("socket", "tcp", Sockets.socket(…))`
    public static Fd of(String call, Object object, long result) throws ErrnoException {
        return new Fd((int) ErrnoException.check(call, object, result));
    }

    /// The descriptor's number; `IllegalStateException` once it is closed or released.
    public int number() {
        int value = number.get();
        if (value == CLOSED) {
            throw new IllegalStateException("file descriptor is closed");
        }
        return value;
    }

    /// Whether it is neither closed nor released.
    public boolean isOpen() {
        return number.get() != CLOSED;
    }

    /// Gives up ownership: the caller closes the number that is returned.
    public int release() {
        int value = number.getAndSet(CLOSED);
        if (value == CLOSED) {
            throw new IllegalStateException("file descriptor is closed");
        }
        return value;
    }

    /// Closes the descriptor; harmless when it is closed or released already.
    @Override
    public void close() {
        int value = number.getAndSet(CLOSED);
        if (value != CLOSED) {
            Descriptors.close(value);
        }
    }

    @Override
    public String toString() {
        int value = number.get();
        return value == CLOSED ? "fd closed" : "fd " + value;
    }
}
