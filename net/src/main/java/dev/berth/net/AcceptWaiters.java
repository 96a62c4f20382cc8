package dev.berth.net;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Processes;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Checks whether threads wait for a connection: in accept(2), or in poll(2), select(2) or
/// epoll_wait(2) with the listener among the descriptors.
///
/// Reads the memory of threads that are in poll(2) or select(2). Those threads can delay the read
/// as long as they like (userfaultfd(2), FUSE), so do not call this on a thread that others wait
/// for.
///
/// **Errors:** if a thread cannot be inspected (another user's, or that of a program that made
/// itself undumpable), the answer is [WaitState#UNSEEN] unless another thread is seen waiting. The
/// same goes for io_uring, which does not show what is waited for.
///
/// **Source:** proc_pid_syscall(5), proc_pid_fdinfo(5) for epoll sets.
public final class AcceptWaiters {
    /// The result of the check.
    public enum WaitState {
        /// At least one thread waits for a connection.
        WAITS,
        /// All threads were inspected, and at this moment none of them waits.
        NONE,
        /// No thread was seen waiting, and some could not be inspected.
        UNSEEN
    }

    private static final int MOST_THREADS = 4_096;
    private static final int MOST_DESCRIPTORS = 1_024;

    /// Epoll sets can be nested this deep: some event loops of the JDK do that.
    private static final int DEEPEST = 3;

    private static final int MOST_NESTED = 64;

    private static final int POLLFD_BYTES = 8;
    private static final int EPOLLIN = 1;

    private final Set<Long> listeners;
    private int threads;
    private boolean unseen;

    private AcceptWaiters(Set<Long> listeners) {
        this.listeners = listeners;
    }

    /// @param pids processes, all of whose threads are inspected
    /// @param listeners inodes of listening sockets
    public static WaitState check(Collection<Integer> pids, Set<Long> listeners) {
        AcceptWaiters waiters = new AcceptWaiters(listeners);
        if (pids.stream().anyMatch(waiters::process)) {
            return WaitState.WAITS;
        }
        return waiters.unseen ? WaitState.UNSEEN : WaitState.NONE;
    }

    private boolean process(int pid) {
        String[] tids = new File("/proc/" + pid + "/task").list();
        for (String tid : tids == null ? new String[0] : tids) {
            if (++threads > MOST_THREADS) {
                unseen = true;
                return false;
            }
            if (thread(pid, Integer.parseInt(tid))) {
                return true;
            }
        }
        return false;
    }

    private boolean thread(int pid, int tid) {
        Optional<BlockedCall> call =
                read("/proc/" + pid + "/task/" + tid + "/syscall").flatMap(BlockedCall::parse);
        return call.isPresent() && waits(tid, call.get());
    }

    private boolean waits(int tid, BlockedCall call) {
        return switch (call.kind()) {
            case ACCEPT -> listener(tid, (int) call.first());
            case EPOLL -> epoll(tid, (int) call.first(), 1);
            case POLL -> poll(tid, call.first(), call.second());
            case SELECT -> select(tid, call.first(), call.second());
            case IO_URING -> {
                unseen = true;
                yield false;
            }
        };
    }

    private boolean listener(int tid, int fd) {
        return listeners.contains(Holders.inode(link(tid, fd)));
    }

    private String link(int tid, int fd) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + tid + "/fd/" + fd)).toString();
        } catch (AccessDeniedException refused) {
            unseen = true;
        } catch (IOException gone) {
            return "";
        }
        return "";
    }

    private boolean poll(int tid, long address, long count) {
        byte[] raw = memory(tid, address, (int) Math.min(count, MOST_DESCRIPTORS) * POLLFD_BYTES);
        ByteBuffer entries = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at + POLLFD_BYTES <= raw.length; at += POLLFD_BYTES) {
            if (listener(tid, entries.getInt(at))) {
                return true;
            }
        }
        return false;
    }

    private boolean select(int tid, long highest, long address) {
        int count = Math.clamp(highest, 0, MOST_DESCRIPTORS);
        byte[] raw = address == 0 ? new byte[0] : memory(tid, address, (count + 7) / 8);
        for (int fd = 0; fd < Math.min(count, raw.length * 8); fd++) {
            if ((raw[fd / 8] >> fd % 8 & 1) == 1 && listener(tid, fd)) {
                return true;
            }
        }
        return false;
    }

    private byte[] memory(int tid, long address, int length) {
        try {
            return Processes.readMemory(tid, address, length);
        } catch (ErrnoException refused) {
            unseen = true;
            return new byte[0];
        }
    }

    private boolean epoll(int tid, int set, int depth) {
        List<EpollEntry> entries =
                read("/proc/" + tid + "/fdinfo/" + set).stream()
                        .flatMap(String::lines)
                        .flatMap(line -> EpollEntry.parse(line).stream())
                        .toList();
        int looked = 0;
        for (EpollEntry entry : entries) {
            if ((entry.events() & EPOLLIN) == 0
                    || !entry.maybe(listeners) && ++looked > MOST_NESTED) {
                continue;
            }
            String link = link(tid, entry.fd());
            boolean nested = link.equals("anon_inode:[eventpoll]") && depth < DEEPEST;
            if (listeners.contains(Holders.inode(link))
                    || nested && epoll(tid, entry.fd(), depth + 1)) {
                return true;
            }
        }
        return false;
    }

    private Optional<String> read(String file) {
        try {
            return Optional.of(Files.readString(Path.of(file)));
        } catch (NoSuchFileException gone) {
            return Optional.empty();
        } catch (AccessDeniedException refused) {
            unseen = true;
            return Optional.empty();
        } catch (IOException unreadable) {
            // ESRCH for a thread that has just ended; EPERM, for which the JDK has no exception
            // class.
            unseen |= String.valueOf(unreadable.getMessage()).contains("not permitted");
            return Optional.empty();
        }
    }
}
