package dev.berth.sys;

import java.io.IOException;
import java.util.Optional;

/// A system call that failed: which call, on what, and why.
///
/// **Shape:** the message is `bind 127.0.0.1:8080: EADDRINUSE (98), address already in use`.
public class ErrnoException extends IOException {
    private static final long serialVersionUID = 1;

    private final String call;
    private final int errno;

    /// @param call the name of the call, as in its man page
    /// @param object what it acted on, in readable form; may be empty
    /// @param errno the positive error number
    public ErrnoException(String call, String object, int errno) {
        super(message(call, object, errno));
        this.call = call;
        this.errno = errno;
    }

    /// Returns `result` if it is not negative, otherwise throws the error that it stands for.
    ///
    /// `object` is converted to text only on failure.
    public static long check(String call, Object object, long result) throws ErrnoException {
        if (result < 0) {
            throw new ErrnoException(call, object.toString(), (int) -result);
        }
        return result;
    }

    private static String message(String call, String object, int errno) {
        Errno name = Errno.of(errno);
        String what = object.isEmpty() ? call : call + " " + object;
        return name == Errno.UNLISTED
                ? what + ": error " + errno
                : what + ": " + name + " (" + errno + "), " + name.text();
    }

    /// The name of the call.
    public String call() {
        return call;
    }

    /// The positive error number.
    public int errno() {
        return errno;
    }

    /// The error's name; empty if the number is not listed.
    public Optional<Errno> name() {
        return Optional.of(Errno.of(errno)).filter(name -> name != Errno.UNLISTED);
    }

    /// Whether the call failed with this error.
    public boolean is(Errno other) {
        return other.is(-errno);
    }
}
