package dev.berth.supervise;

import dev.berth.supervise.control.NameLock;
import dev.berth.supervise.process.CrashGuard;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// A supervisor's name on this machine, and the guard that gives the name back if this process is
/// killed.
///
/// The guard starts before there is anything to remove, so nothing is left behind whenever this
/// process is killed.
///
/// **Ownership:** closing it gives the name back; close the control server and the supervisor
/// first.
public final class Registration implements AutoCloseable {
    private final Path runtime;
    private final NameLock lock;
    private final CrashGuard guard;

    private Registration(Path runtime, NameLock lock, CrashGuard guard) {
        this.runtime = runtime;
        this.lock = lock;
        this.guard = guard;
    }

    /// Starts the guard; there is no name yet.
    ///
    /// @param runtime the directory of all supervisors; exists
    public static Registration begin(Path runtime) throws IOException {
        NameLock lock = NameLock.prepare(runtime);
        try {
            List<String> words =
                    List.of(runtime.toString(), String.valueOf(ProcessHandle.current().pid()));
            return new Registration(runtime, lock, CrashGuard.start(Optional.of(lock.fd()), words));
        } catch (IOException | RuntimeException | Error failed) {
            lock.close();
            throw failed;
        }
    }

    /// Takes the name and with it the directory `RUNTIME/NAME`. Waits for up to 30 s while the
    /// guard of an earlier supervisor with that name is still working.
    ///
    /// @param notes is passed what it is waiting for
    /// @throws dev.berth.supervise.control.NameTakenException if a supervisor with that name
    ///   answers; another name can be tried
    public void claim(String name, Consumer<String> notes) throws IOException {
        // In this order: until the lock has its name, the guard removes nothing.
        guard.lock(lock.file(name));
        guard.directory(runtime.resolve(name));
        lock.take(name, notes);
    }

    CrashGuard guard() {
        return guard;
    }

    /// Closing twice is harmless.
    @Override
    public void close() {
        lock.close();
        guard.close();
    }
}
