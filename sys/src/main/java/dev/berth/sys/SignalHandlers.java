package dev.berth.sys;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Installs handlers for signals to this process.
///
/// The JVM starts a thread for each signal; where it cannot, it drops the signal for good. So all
/// actions run on one [SignalThread]. Where there is none, they are left to `sun.misc.Signal`,
/// which javac cannot be made to accept without a warning, so it is called by reflection.
///
/// A signal that was ignored when the process started stays ignored: that is how nohup and
/// background jobs ask for it. Never use QUIT (the JVM's thread dump) or USR2 (reserved by the
/// JVM).
public final class SignalHandlers {
    private SignalHandlers() {}

    /// Loaded by the first signal that is handled.
    private static final class Holder {
        static final Optional<SignalThread> THREAD = SignalThread.start();
    }

    /// Runs `action` on a separate thread each time the signal arrives; arrivals in quick
    /// succession may be merged into one.
    ///
    /// @param name such as `TERM`
    /// @param number such as 15
    /// @param action must not block: the next signal waits for it
    public static void handle(String name, int number, Runnable action) {
        if (ignored(number)
                || Holder.THREAD.filter(thread -> thread.handle(number, action)).isPresent()) {
            return;
        }
        handleByJvm(name, action);
    }

    private static void handleByJvm(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy =
                    Proxy.newProxyInstance(
                            SignalHandlers.class.getClassLoader(),
                            new Class<?>[] {handler},
                            (self, method, arguments) -> {
                                if (method.getName().equals("handle")) {
                                    action.run();
                                }
                                return method.getReturnType() == int.class ? 0 : null;
                            });
            Object instance = signal.getConstructor(String.class).newInstance(name);
            signal.getMethod("handle", signal, handler).invoke(null, instance, proxy);
        } catch (InvocationTargetException refused) {
            // Not available with -Xrs or on this system: the default action stays.
        } catch (ReflectiveOperationException impossible) {
            throw new LinkageError("jdk.unsupported is in every JDK", impossible);
        }
    }

    /// Whether the process was started with the signal ignored. `SigIgn` is a hexadecimal mask
    /// whose lowest bit is signal 1.
    public static boolean ignored(int number) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("SigIgn:")) {
                    long mask = Long.parseUnsignedLong(line.substring(7).strip(), 16);
                    return (mask >>> (number - 1) & 1) == 1;
                }
            }
        } catch (IOException noProc) {
            // Not Linux.
        }
        return false;
    }
}
