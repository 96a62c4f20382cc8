package dev.berth.supervise.adoption;

import dev.berth.net.EpollEntry;
import dev.berth.net.ProcessList;
import dev.berth.sys.Descriptors;
import dev.berth.sys.Epoll;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Processes;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The epoll sets to which a child has added one of its descriptors. They are restored after
/// another socket has been placed over that descriptor, because closing a file removes it from
/// every set.
///
/// **Source:** epoll(7), proc(5) on `fdinfo`.
final class EpollRegistrations implements AutoCloseable {
    private record EpollRegistration(Fd epoll, int events, long data) {}

    private final int number;
    private final List<EpollRegistration> found = new ArrayList<>();

    private EpollRegistrations(int number) {
        this.number = number;
    }

    /// The registrations of `child`; none where /proc does not show them.
    ///
    /// @throws IOException there is one, but pidfd_getfd is refused
    static EpollRegistrations of(ChildDescriptor child) throws IOException {
        EpollRegistrations registrations = new EpollRegistrations(child.number());
        int process = ProcessList.leader(child.tid()).orElse(child.tid());
        try {
            for (int epfd : epolls(process)) {
                registrations.look(process, epfd);
            }
            return registrations;
        } catch (IOException refused) {
            registrations.close();
            throw refused;
        }
    }

    private static List<Integer> epolls(int process) {
        List<Integer> found = new ArrayList<>();
        String directory = "/proc/" + process + "/fd";
        String[] names = new File(directory).list();
        for (String name : names == null ? new String[0] : names) {
            try {
                String link = Files.readSymbolicLink(Path.of(directory, name)).toString();
                if (link.equals("anon_inode:[eventpoll]")) {
                    found.add(Integer.parseInt(name));
                }
            } catch (IOException gone) {
                // Closed since the list was made.
            }
        }
        return found;
    }

    private void look(int process, int epfd) throws IOException {
        for (String line : lines("/proc/" + process + "/fdinfo/" + epfd)) {
            Optional<EpollEntry> entry = EpollEntry.parse(line);
            if (entry.isPresent() && entry.get().fd() == number) {
                Fd epoll = take(process, epfd);
                found.add(new EpollRegistration(epoll, entry.get().events(), entry.get().data()));
            }
        }
    }

    private static List<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file));
        } catch (IOException closedMeanwhile) {
            return List.of();
        }
    }

    private Fd take(int process, int epfd) throws IOException {
        try {
            return new ChildDescriptor(process, epfd).duplicate();
        } catch (ErrnoException refused) {
            throw new IOException(
                    "the program added its socket to an epoll set before bind, and that set"
                            + " cannot be taken ("
                            + refused.getMessage()
                            + "); use --adopt listen-fds, or grant CAP_SYS_PTRACE",
                    refused);
        }
    }

    /// Adds `socket` to the sets again, under the child's descriptor number.
    ///
    /// A registration is identified by the number as well as the file, so this runs on a thread
    /// with its own descriptor table.
    void restore(Fd socket) throws IOException {
        if (found.isEmpty()) {
            return;
        }
        // Load the classes that the thread needs now: in its table the class files' descriptors may
        // be others.
        Epoll.epollCtl(-1, Epoll.EPOLL_CTL_ADD, -1, 0, 0);
        Descriptors.closeRange(Integer.MAX_VALUE, Integer.MAX_VALUE, 0);
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
        } catch (IOException failed) {
            failures.add(failed);
            return;
        }
        try {
            add(socket);
        } catch (IOException failed) {
            failures.add(failed);
        } finally {
            // Otherwise the copies would live until the thread has fully ended, after join().
            Descriptors.closeRange(0, Integer.MAX_VALUE, 0);
        }
    }

    private void add(Fd socket) throws IOException {
        List<Integer> sets = new ArrayList<>();
        for (EpollRegistration registration : found) {
            sets.add(above(registration.epoll()));
        }
        int source = above(socket);
        long placed = Descriptors.dup3(source, number, Descriptors.O_CLOEXEC);
        ErrnoException.check("dup3", number, placed);
        for (int i = 0; i < found.size(); i++) {
            int events = found.get(i).events();
            long data = found.get(i).data();
            int op = Epoll.EPOLL_CTL_ADD;
            long added = Epoll.epollCtl(sets.get(i), op, number, events, data);
            ErrnoException.check("epoll_ctl", "fd " + number, added);
        }
    }

    /// A copy of a descriptor whose number cannot collide with the child's.
    private int above(Fd fd) throws ErrnoException {
        long copy = Descriptors.fcntl(fd.number(), Descriptors.F_DUPFD_CLOEXEC, number + 1L);
        return (int) ErrnoException.check("fcntl", fd, copy);
    }

    @Override
    public void close() {
        found.forEach(registration -> registration.epoll().close());
    }
}
