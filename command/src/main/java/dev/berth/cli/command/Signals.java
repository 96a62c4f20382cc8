package dev.berth.cli.command;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;

/// Installs handlers for signals to this process.
///
/// `sun.misc.Signal` is the only API for this. javac cannot be made to accept it without a warning,
/// so it is called by reflection. A signal that was ignored when the process started stays ignored:
/// that is how nohup and background jobs ask for it. Never use QUIT (the JVM's thread dump) or USR2
/// (reserved by the JVM).
public final class Signals {
    private Signals() {}

    /// Runs `action` on a separate thread each time the signal arrives; arrivals in quick
    /// succession may be merged into one.
    ///
    /// @param name such as `TERM`
    /// @param number such as 15
    public static void handle(String name, int number, Runnable action) {
        if (ignored(number)) {
            return;
        }
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy =
                    Proxy.newProxyInstance(
                            Signals.class.getClassLoader(),
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
