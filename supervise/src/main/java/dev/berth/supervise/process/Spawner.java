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
import dev.berth.sys.UserChange;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;

/// Starts processes from throwaway threads: what such a thread does to itself (a seccomp filter, a
/// CPU to run on) is inherited by the child and never affects the rest of this process.
///
/// The user is not changed that way: a thread of another user would hand this process over to that
/// user ([UserChange]).
public final class Spawner implements ProcessStarter {
    private final boolean watched;
    private final Optional<UserChange> change;
    private final Optional<UserAccess> access;
    private Optional<StandbyThread> spare = Optional.empty();

    private Spawner(boolean watched, Optional<UserChange> change) {
        this.watched = watched;
        this.change = change;
        this.access = change.map(UserAccess::new);
    }

    /// Implements [ProcessStarter.Factory].
    public static Spawner of(boolean watched, Optional<User> user) throws IOException {
        return new Spawner(
                watched,
                user.isPresent()
                        ? Optional.of(UserChange.to(user.get(), "workers"))
                        : Optional.empty());
    }

    @Override
    public void prepare() {
        if (spare.isEmpty()) {
            try {
                spare = Optional.of(new StandbyThread());
            } catch (OutOfMemoryError later) {
                // The next start tries again, and reports it if that fails.
            }
        }
    }

    @Override
    public Child start(SpawnRequest request, OptionalInt cpu) throws IOException {
        if (!watched && change.isEmpty() && cpu.isEmpty()) {
            return startHere(request, cpu);
        }
        prepare();
        StandbyThread thread = spare.orElseThrow(Spawner::noThread);
        spare = Optional.empty();
        try {
            return thread.call(() -> startHere(request, cpu));
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause() == null ? failed : failed.getCause();
            throw cause instanceof IOException io
                    ? io
                    : new IOException(FailureReporter.text(cause), failed);
        } finally {
            prepare();
        }
    }

    private static IOException noThread() {
        return new IOException("no thread could be started" + FailureReporter.LIMIT);
    }

    @Override
    public void close() {
        spare.ifPresent(StandbyThread::close);
        spare = Optional.empty();
    }

    private Child startHere(SpawnRequest request, OptionalInt cpu) throws IOException {
        Optional<Fd> listener = watched ? Optional.of(listener()) : Optional.empty();
        try {
            if (cpu.isPresent()) {
                int pinned = Processes.pinTo(cpu.getAsInt());
                ErrnoException.check("sched_setaffinity", "CPU " + cpu.getAsInt(), pinned);
            }
            if (change.isPresent()) {
                leaveSession();
            }
            long pid = Spawn.posixSpawn(forUser(request));
            if (pid < 0) {
                throw failure(request, (int) -pid);
            }
            return new Child((int) pid, listener);
        } catch (IOException | RuntimeException | Error failed) {
            listener.ifPresent(Fd::close);
            throw failed;
        }
    }

    /// A worker of another user must not have the keys of this process's session. If the call does
    /// not exist or is forbidden, a worker cannot read keys either.
    private static void leaveSession() throws ErrnoException {
        int keyring = Processes.joinSessionKeyring();
        if (!Errno.ENOSYS.is(keyring) && !Errno.EPERM.is(keyring)) {
            ErrnoException.check("keyctl", "session keyring", keyring);
        }
    }

    private SpawnRequest forUser(SpawnRequest request) throws IOException {
        if (change.isEmpty() || access.isEmpty()) {
            return request;
        }
        access.get().check(request);
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
                    "this process already has a seccomp listener, and there can be only one"
                            + " (another berth, a sandbox): use --adopt listen-fds");
        }
        return Fd.of("seccomp", "SECCOMP_FILTER_FLAG_NEW_LISTENER", fd);
    }

    private static IOException failure(SpawnRequest request, int errno) {
        String file = request.file();
        if (Errno.ENOENT.number() == errno) {
            return new IOException(
                    "command not found: " + file + " (looked up from " + request.directory() + ")");
        }
        if (Errno.EACCES.number() == errno) {
            return new IOException(
                    ("not allowed to run %s in %s: is it executable, and can the user"
                                    + " enter that directory?")
                            .formatted(file, request.directory()));
        }
        if (Errno.ENOEXEC.number() == errno) {
            return new IOException(file + " is neither a program nor a script with a #! line");
        }
        if (Errno.EAGAIN.number() == errno) {
            return new IOException("no process could be started" + FailureReporter.LIMIT);
        }
        return new ErrnoException("posix_spawn", file, errno);
    }
}
