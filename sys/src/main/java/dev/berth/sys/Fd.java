package dev.berth.sys;

import java.util.concurrent.atomic.AtomicInteger;

/// A file descriptor with an owner: whoever holds this object closes it.
///
/// Safe for use by several threads. After one of them has closed it, the others get an
/// `IllegalStateException` from [#number]. Code that uses the bare number must make sure that the
/// descriptor is not closed in the meantime.
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

    /// Takes ownership of the descriptor that a call returned, or throws the error that it
    /// returned.
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

    /// Whether the descriptor is neither closed nor released.
    public boolean isOpen() {
        return number.get() != CLOSED;
    }

    /// Gives up ownership: the caller closes the returned number.
    public int release() {
        int value = number.getAndSet(CLOSED);
        if (value == CLOSED) {
            throw new IllegalStateException("file descriptor is closed");
        }
        return value;
    }

    /// Closes the descriptor; harmless if it is already closed or released.
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
