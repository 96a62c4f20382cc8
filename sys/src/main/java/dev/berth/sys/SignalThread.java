package dev.berth.sys;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Runs actions for signals on one thread, which is started beforehand: it learns of a signal
/// through a pipe that the handler writes to. So a signal is acted upon even where the process can
/// start no more threads.
final class SignalThread {
    private static final int PROT_READ = 1;
    private static final int PROT_EXEC = 4;
    private static final int MAP_PRIVATE = 2;
    private static final int BYTES = 64;

    private final Map<Integer, Runnable> actions = new ConcurrentHashMap<>();
    private final Fd signals;
    private final Fd sink;
    private final long handler;

    private SignalThread(Fd signals, Fd sink, long handler) {
        this.signals = signals;
        this.sink = sink;
        this.handler = handler;
    }

    /// Starts the thread, which lasts as long as the process; empty where there is no thread to be
    /// had, or no memory for code.
    static Optional<SignalThread> start() {
        int[] ends = new int[2];
        if (Descriptors.pipe2(ends, Descriptors.O_CLOEXEC) < 0) {
            return Optional.empty();
        }
        Fd signals = new Fd(ends[0]);
        Fd sink = new Fd(ends[1]);
        try {
            // The reader waits, the handler never does.
            int set = Descriptors.fcntl(sink.number(), Descriptors.F_SETFL, Descriptors.O_NONBLOCK);
            ErrnoException.check("fcntl", "F_SETFL", set);
            SignalThread started = new SignalThread(signals, sink, mapped(sink.number()));
            Thread.ofPlatform().daemon().name("berth-signals").start(started::run);
            return Optional.of(started);
        } catch (ErrnoException | OutOfMemoryError without) {
            signals.close();
            sink.close();
            return Optional.empty();
        }
    }

    /// Maps the handler's code and returns its address. Nobody can write to it: neither to the
    /// mapping nor to the sealed file.
    private static long mapped(int descriptor) throws ErrnoException {
        byte[] code = SignalCode.writingTo(Arch.current(), descriptor);
        try (Fd file = MemoryFile.of("berth-signals", code)) {
            long address =
                    Kernel.call(
                            Syscall.MMAP,
                            0,
                            BYTES,
                            PROT_READ | PROT_EXEC,
                            MAP_PRIVATE,
                            file.number(),
                            0);
            return ErrnoException.check("mmap", "code", address);
        }
    }

    /// Runs the action each time the signal arrives, from now on.
    ///
    /// @return whether the handler was installed; if not, nothing has changed
    boolean handle(int signal, Runnable action) {
        Optional<Runnable> before = Optional.ofNullable(actions.put(signal, action));
        try (CallArena arena = new CallArena()) {
            MemorySegment sigaction = arena.struct(SigactionLayout.LAYOUT);
            SigactionLayout.setHandler(sigaction, handler);
            MemorySegment install = Libc.function("sigaction");
            boolean installed =
                    arena.libc(install, signal, sigaction.address(), CallArena.NULL) == 0;
            if (!installed) {
                before.ifPresentOrElse(
                        old -> actions.put(signal, old), () -> actions.remove(signal));
            }
            return installed;
        }
    }

    private void run() {
        byte[] numbers = new byte[1];
        while (sink.isOpen() && Descriptors.read(signals.number(), numbers, 0, 1) == 1) {
            try {
                actions.getOrDefault((int) numbers[0], () -> {}).run();
            } catch (RuntimeException | Error failed) {
                // The next signal may still be acted upon.
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, failed);
            }
        }
    }
}
