package dev.berth.supervise;

import dev.berth.net.ProcessList;
import dev.berth.sys.Descriptors;
import dev.berth.sys.Epoll;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Processes;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The epoll sets that a child has put one of its descriptors into, so that they can be made good
/// after another socket has been placed over that descriptor: closing a file drops it from every
/// set.
///
/// **Source:** epoll(7), proc(5) on `fdinfo`.
final class EpollRegistrations implements AutoCloseable {
    private record Registration(Fd epoll, int events, long data) {}

    private final int number;
    private final List<Registration> found = new ArrayList<>();

    private EpollRegistrations(int number) {
        this.number = number;
    }

    /// Those of `child`; none where they cannot be read or taken.
    static EpollRegistrations of(ChildDescriptor child) {
        EpollRegistrations registrations = new EpollRegistrations(child.number());
        int process = ProcessList.leader(child.tid()).orElse(child.tid());
        try (DirectoryStream<Path> links =
                Files.newDirectoryStream(Path.of("/proc/" + process + "/fd"))) {
            for (Path link : links) {
                registrations.look(process, link);
            }
        } catch (IOException unreadable) {
            return registrations;
        }
        return registrations;
    }

    private void look(int process, Path link) throws IOException {
        if (!Files.readSymbolicLink(link).toString().equals("anon_inode:[eventpoll]")) {
            return;
        }
        int epfd = Integer.parseInt(link.getFileName().toString());
        for (String line : Files.readAllLines(Path.of("/proc/" + process + "/fdinfo/" + epfd))) {
            String[] words = line.strip().split("\\s+");
            if (words.length >= 6 && words[0].equals("tfd:") && number(words[1]) == number) {
                int events = Integer.parseUnsignedInt(words[3], 16);
                long data = Long.parseUnsignedLong(words[5], 16);
                Fd taken = new ChildDescriptor(process, epfd).take();
                found.add(new Registration(taken, events, data));
            }
        }
    }

    private static int number(String text) {
        return Integer.parseInt(text);
    }

    /// Adds `socket` to the sets again, under the child's descriptor number.
    ///
    /// The number counts, not only the file; so it is done on a thread with a descriptor table of
    /// its own.
    void restore(Fd socket) throws IOException {
        if (found.isEmpty()) {
            return;
        }
        List<IOException> failures = new ArrayList<>();
        Thread apart =
                Thread.ofPlatform().name("berth-epoll").start(() -> addApart(socket, failures));
        try {
            apart.join();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
    }

    private void addApart(Fd socket, List<IOException> failures) {
        try {
            ErrnoException.check("unshare", "files", Processes.unshare(Processes.CLONE_FILES));
            List<Integer> sets = new ArrayList<>();
            for (Registration registration : found) {
                sets.add(above(registration.epoll()));
            }
            int source = above(socket);
            long placed = Descriptors.dup3(source, number, Descriptors.O_CLOEXEC);
            ErrnoException.check("dup3", number, placed);
            for (int i = 0; i < found.size(); i++) {
                Registration registration = found.get(i);
                long added =
                        Epoll.epollCtl(
                                sets.get(i),
                                Epoll.EPOLL_CTL_ADD,
                                number,
                                registration.events(),
                                registration.data());
                ErrnoException.check("epoll_ctl", "fd " + number, added);
            }
        } catch (IOException failed) {
            failures.add(failed);
        }
    }

    /// A copy of a descriptor that cannot collide with the child's number.
    private int above(Fd fd) throws ErrnoException {
        long copy = Descriptors.fcntl(fd.number(), Descriptors.F_DUPFD_CLOEXEC, number + 1L);
        return (int) ErrnoException.check("fcntl", fd, copy);
    }

    @Override
    public void close() {
        found.forEach(registration -> registration.epoll().close());
    }
}
