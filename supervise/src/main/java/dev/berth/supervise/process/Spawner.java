package dev.berth.supervise.process;

import dev.berth.bpf.SeccompFilter;
import dev.berth.sys.Arch;
import dev.berth.sys.Capabilities;
import dev.berth.sys.Capability;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Processes;
import dev.berth.sys.Seccomp;
import dev.berth.sys.Spawn;
import dev.berth.sys.SpawnRequest;
import dev.berth.sys.Syscall;
import dev.berth.sys.User;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Starts processes from throw-away threads: what such a thread does to itself, a seccomp filter, a
/// CPU to run on, the child inherits and the rest of this process never sees.
///
/// Not so the user: a thread of another user would hand this process over to it ([UserChange]).
public final class Spawner {
    private final boolean watched;
    private final Optional<UserChange> change;

    private Spawner(boolean watched, Optional<UserChange> change) {
        this.watched = watched;
        this.change = change;
    }

    /// @param watched whether bind(2) and listen(2) of the children are answered by the supervisor
    /// @param user of the children, if not this process's
    /// @throws IOException children of that user cannot be started by this process
    public static Spawner of(boolean watched, Optional<User> user) throws IOException {
        return new Spawner(
                watched,
                user.isPresent() ? Optional.of(UserChange.to(user.get())) : Optional.empty());
    }

    /// A started child. **Ownership:** the descriptors are the caller's.
    public record Child(int pid, Optional<Fd> notifications) {}

    /// @param cpu the only one that the child may run on, if there is one
    public Child start(SpawnRequest request, OptionalInt cpu) throws IOException {
        FutureTask<Child> task = new FutureTask<>(() -> startHere(request, cpu));
        Thread thread = Thread.ofPlatform().name("berth-spawn").start(task);
        try {
            thread.join();
            return task.get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof IOException io
                    ? io
                    : new IOException(failed.getCause());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while starting " + request.file(), stopped);
        }
    }

    private Child startHere(SpawnRequest request, OptionalInt cpu) throws IOException {
        Optional<Fd> listener = watched ? Optional.of(listener()) : Optional.empty();
        try {
            if (cpu.isPresent()) {
                int pinned = Processes.pinTo(cpu.getAsInt());
                ErrnoException.check("sched_setaffinity", "CPU " + cpu.getAsInt(), pinned);
            }
            long pid = Spawn.posixSpawn(forUser(request));
            if (pid < 0) {
                throw failure(request, (int) -pid);
            }
            return new Child((int) pid, listener);
        } catch (IOException failed) {
            listener.ifPresent(Fd::close);
            throw failed;
        }
    }

    private SpawnRequest forUser(SpawnRequest request) throws IOException {
        if (change.isEmpty()) {
            return request;
        }
        new UserAccess(change.get()).check(request);
        return change.get().apply(request);
    }

    private static Fd listener() throws IOException {
        if (!Capabilities.has(Capability.SYS_ADMIN)) {
            ErrnoException.check("prctl", "PR_SET_NO_NEW_PRIVS", Seccomp.noNewPrivileges());
        }
        long[] filter = SeccompFilter.notify(Arch.current(), List.of(Syscall.BIND, Syscall.LISTEN));
        long fd = Seccomp.installListener(filter, Seccomp.waitKillableSupported());
        if (Errno.EBUSY.is(fd)) {
            throw new IOException(
                    "this process is itself under a seccomp listener, and there can be only one"
                            + " (another berth, a sandbox): use --adopt listen-fds");
        }
        return Fd.of("seccomp", "SECCOMP_FILTER_FLAG_NEW_LISTENER", fd);
    }

    private static IOException failure(SpawnRequest request, int errno) {
        String file = request.file();
        if (Errno.ENOENT.number() == errno) {
            return new IOException(
                    "command not found: " + file + " (looked from " + request.directory() + ")");
        }
        if (Errno.EACCES.number() == errno) {
            return new IOException(
                    "not allowed to run "
                            + file
                            + " in "
                            + request.directory()
                            + ": is it executable, and may the user enter that directory?");
        }
        if (Errno.ENOEXEC.number() == errno) {
            return new IOException(file + " is neither a program nor a script with a #! line");
        }
        return new ErrnoException("posix_spawn", file, errno);
    }
}
