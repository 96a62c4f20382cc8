package dev.berth.supervise;

import dev.berth.supervise.control.NameLock;
import dev.berth.supervise.process.Guard;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// A supervisor's name on this machine, and the guard that gives it back if this process is killed.
///
/// The guard runs before there is anything to remove, so a kill leaves nothing at any moment.
/// Closing it gives the name back; the control server and the supervisor are closed before.
public final class Registration implements AutoCloseable {
    private final Path runtime;
    private final NameLock lock;
    private final Guard guard;

    private Registration(Path runtime, NameLock lock, Guard guard) {
        this.runtime = runtime;
        this.lock = lock;
        this.guard = guard;
    }

    /// Begins without a name.
    ///
    /// @param runtime the directory of all supervisors; exists
    public static Registration begin(Path runtime) throws IOException {
        NameLock lock = NameLock.prepare(runtime);
        try {
            List<String> words =
                    List.of(runtime.toString(), String.valueOf(ProcessHandle.current().pid()));
            return new Registration(runtime, lock, Guard.start(Optional.of(lock.fd()), words));
        } catch (IOException | RuntimeException | Error failed) {
            lock.close();
            throw failed;
        }
    }

    /// Takes the name and with it the directory `RUNTIME/NAME`. Waits for up to 30 s while the
    /// guard of an earlier supervisor of that name still works.
    ///
    /// @param notes what is waited for
    /// @throws dev.berth.supervise.control.NameTakenException if a supervisor of that name answers;
    ///   another name can be tried
    public void take(String name, Consumer<String> notes) throws IOException {
        // In this order: until the lock has its name, the guard removes nothing.
        guard.lock(lock.file(name));
        guard.directory(runtime.resolve(name));
        lock.take(name, notes);
    }

    Guard guard() {
        return guard;
    }

    /// Twice is harmless.
    @Override
    public void close() {
        lock.close();
        guard.close();
    }
}
