package dev.berth.cli.command;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;

/// Handlers of the signals to this process.
///
/// `sun.misc.Signal` is what there is; javac cannot be told to accept it, so it is reached by
/// reflection. A signal that was ignored when the process started stays ignored: that is how nohup
/// and background jobs ask for it. Never QUIT (the JVM's thread dump) nor USR2 (the JVM's own).
public final class Signals {
    private Signals() {}

    /// Has `action` run at each arrival, on a thread of its own; arrivals in quick succession may
    /// be one.
    ///
    /// - `name`: as `TERM`
    /// - `number`: as 15
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
            // Not to be had with -Xrs or on this system: its default action stays.
        } catch (ReflectiveOperationException impossible) {
            throw new LinkageError("jdk.unsupported is in every JDK", impossible);
        }
    }

    /// Whether the process was started with the signal ignored. `SigIgn` is a mask in hexadecimal,
    /// signal 1 its lowest bit.
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
