package dev.berth.supervise.adoption;

import dev.berth.net.Holder;
import dev.berth.net.ListenAddress;
import dev.berth.net.ProcessList;
import dev.berth.net.Protocol;
import dev.berth.net.TcpInfo;
import dev.berth.supervise.contract.Observer;
import dev.berth.supervise.contract.Plan;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.supervise.process.LiveWorker;
import dev.berth.supervise.process.Loop;
import dev.berth.supervise.process.ProcessTrees;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.SocketInode;
import dev.berth.supervise.steering.SocketRegistry;
import dev.berth.supervise.steering.Unheld;
import dev.berth.sys.Descriptors;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Notification;
import dev.berth.sys.Processes;
import dev.berth.sys.Seccomp;
import dev.berth.sys.SockAddr;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;
import dev.berth.sys.Syscall;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/// Answers the bind(2) and listen(2) of a worker, so that its own socket becomes a member of the
/// group.
///
/// On bind the supervisor takes the child's socket, gives it the group's uid and SO_REUSEPORT,
/// binds it to what the child asked for and keeps a descriptor. On listen it listens, with its own
/// backlog. Whatever does not count is left to the kernel. It is a service to the program, not a
/// sandbox: the address is read once from the child's memory and nothing is decided by it for a
/// call that goes on by itself.
public final class Adopter {
    private static final long MOST_LAST_WORDS_MILLIS = 1000;

    private final Plan plan;
    private final SocketRegistry registry;
    private final Unheld unheld;
    private final ProcessTrees trees;
    private final Observer observer;
    private final Rivals rivals;
    private final Loop loop;
    private final int uid = Processes.geteuid();
    private final long namespace;

    public Adopter(
            Plan plan, SocketRegistry registry, ProcessTrees trees, Observer observer, Loop loop)
            throws ErrnoException {
        this.plan = plan;
        this.registry = registry;
        this.unheld = new Unheld(registry);
        this.trees = trees;
        this.observer = observer;
        this.rivals = new Rivals(plan, registry);
        this.loop = loop;
        this.namespace = ChildSocket.ownNamespace();
    }

    /// Answers what waits at the worker's seccomp listener. Whatever goes wrong, the child gets an
    /// answer: it would wait for ever.
    ///
    /// @param ready whether the worker is in service already
    /// @return whether a socket of the worker has begun to listen
    public boolean answer(LiveWorker worker, boolean ready) throws IOException {
        Fd listener = worker.notifications().orElseThrow();
        Optional<Notification> received = Seccomp.receive(listener.number());
        if (received.isEmpty()) {
            return false;
        }
        ChildCall call = new ChildCall(worker, ready, listener, received.get());
        try {
            return received.get().is(Syscall.BIND) ? bind(call) : listen(call);
        } catch (IOException | RuntimeException failed) {
            leave(call, failed);
            return false;
        }
    }

    /// What cannot be decided is the kernel's. Where the call itself is wrong, the kernel says so
    /// to the program, and there is nothing to say here.
    private void leave(ChildCall call, Exception failed) {
        if (!call.waits()) {
            return;
        }
        call.proceed();
        if (failed instanceof ErrnoException known
                && (known.is(Errno.EFAULT) || known.is(Errno.EBADF))) {
            return;
        }
        LiveWorker worker = call.worker();
        String kind = kind(failed);
        String why = failed.getMessage() + "; left to itself";
        if (worker.troubles().add(kind, why, Loop.now())) {
            observer.said("slot " + worker.id() + ": " + why);
        } else {
            sayAgain(worker, kind);
        }
    }

    private static String kind(Exception failed) {
        return failed instanceof ErrnoException known
                ? known.call() + " " + known.errno()
                : failed.getClass().getName();
    }

    private void sayAgain(LiveWorker worker, String kind) {
        worker.troubles()
                .again(kind, Loop.now())
                .ifPresent(text -> observer.said("slot " + worker.id() + ": " + text));
    }

    private boolean bind(ChildCall call) throws IOException {
        if (!(call.address() instanceof SockAddr.Inet address)) {
            call.proceed();
            return false;
        }
        Optional<ChildSocket> found = ChildSocket.of(call.descriptor(), namespace);
        if (found.isEmpty()) {
            call.proceed();
            return false;
        }
        try (ChildSocket socket = found.get()) {
            return call.waits() && bind(call, socket, address);
        }
    }

    private boolean bind(ChildCall call, ChildSocket socket, SockAddr.Inet address)
            throws IOException {
        LiveWorker worker = call.worker();
        Protocol protocol = socket.protocol();
        int slot = worker.id().slot();
        Claims.Verdict verdict =
                Claims.judge(plan, slot, protocol, address, call.ready(), worker.counted());
        return switch (verdict) {
            case Claims.Verdict.Pass() -> {
                call.proceed();
                yield false;
            }
            case Claims.Verdict.Refuse(Errno errno, String why) ->
                    refuse(call, errno.number(), why);
            case Claims.Verdict.Share() -> share(call, socket, address);
            case Claims.Verdict.Own(SockAddr.Inet own) -> take(call, socket, socket.key(own, true));
        };
    }

    private boolean share(ChildCall call, ChildSocket socket, SockAddr.Inet address)
            throws IOException {
        if (!socket.seen() && !plan.named()) {
            ListenAddress wanted = new ListenAddress(socket.protocol(), address);
            return refuse(call, Errno.EPERM.number(), unseen(wanted));
        }
        return take(call, socket, socket.key(address, false));
    }

    private static String unseen(ListenAddress wanted) {
        return "cannot take the socket for "
                + wanted
                + ": pidfd_getfd is refused (it needs CAP_SYS_PTRACE; Docker's default profile"
                + " forbids it without); name the port with -p or -l, or take --adopt listen-fds";
    }

    private boolean take(ChildCall call, ChildSocket child, GroupKey key) throws IOException {
        try {
            return bound(call) || call.worker().counted().contains(key.listen())
                    ? again(call, child, key)
                    : fresh(call, child, key);
        } catch (IOException failed) {
            return refuse(call, failed, key);
        }
    }

    /// Whether it is the answered call once more: before Linux 5.19 a signal interrupts a call that
    /// waits, and the kernel starts it again.
    private boolean bound(ChildCall call) {
        return held(call).filter(s -> s.owner().equals(call.worker().id())).isPresent();
    }

    private Optional<HeldSocket> held(ChildCall call) {
        OptionalLong inode = call.descriptor().inode();
        return inode.isPresent() ? registry.byInode(inode.getAsLong()) : Optional.empty();
    }

    /// An address that the worker has, or had: whatever it has closed meanwhile is in nobody's
    /// hands, and may be what it gets.
    private boolean again(ChildCall call, ChildSocket child, GroupKey key) throws IOException {
        if (bound(call)) {
            call.done();
            return false;
        }
        unheld.drop(call.worker().id(), () -> trees.of(call.worker()));
        return fresh(call, child, key);
    }

    private boolean fresh(ChildCall call, ChildSocket child, GroupKey key) throws IOException {
        WorkerId id = call.worker().id();
        Optional<HeldSocket> inherited = registry.inheritance(id, key);
        if (inherited.isPresent()) {
            child.close();
            return inherit(call, inherited.get());
        }
        Optional<String> rival = rivals.refusal(key);
        if (rival.isPresent()) {
            return refuse(call, Errno.EADDRINUSE.number(), rival.get());
        }
        boolean replace = !child.usable();
        Fd socket = replace ? child.twin() : child.keep();
        long inode;
        try {
            prepare(socket, key);
            if (replace) {
                call.place(socket);
            }
            inode = SocketInode.of(socket);
        } catch (IOException failed) {
            socket.close();
            throw failed;
        }
        return keep(call, new HeldSocket(socket, inode, key, id));
    }

    /// SO_REUSEADDR too, as connections that a worker of another user has accepted would be in the
    /// way of the next socket otherwise.
    private void prepare(Fd socket, GroupKey key) throws ErrnoException {
        int fd = socket.number();
        ErrnoException.check("fchown", key, Descriptors.fchown(fd, uid, -1));
        SocketOption.REUSEPORT.write(fd, 1);
        if (key.protocol() == Protocol.TCP) {
            SocketOption.REUSEADDR.write(fd, 1);
        }
        ErrnoException.check("bind", key, Sockets.bind(fd, key.address()));
    }

    private boolean keep(ChildCall call, HeldSocket socket) throws IOException {
        registry.add(socket);
        seen(call, socket);
        boolean member = socket.key().protocol() == Protocol.UDP;
        if (member) {
            registry.joined(socket);
        }
        call.done();
        return member;
    }

    /// The predecessor's socket, with what waits in it, instead of the child's own.
    private boolean inherit(ChildCall call, HeldSocket socket) throws IOException {
        call.place(socket.fd());
        registry.handOver(socket, call.worker().id());
        seen(call, socket);
        call.done();
        return socket.key().protocol() == Protocol.UDP;
    }

    private static void seen(ChildCall call, HeldSocket socket) {
        int tid = call.notification().tid();
        int process = ProcessList.leader(tid).orElse(tid);
        socket.heldBy(Optional.of(new Holder(process, call.descriptor().number())));
        call.worker().counted().add(socket.key().listen());
    }

    private boolean listen(ChildCall call) throws IOException {
        Optional<HeldSocket> held = held(call);
        if (held.isEmpty()) {
            call.proceed();
            return false;
        }
        HeldSocket socket = held.get();
        try {
            // Somebody may have begun to listen since the bind.
            Optional<String> rival = rivals.refusal(socket.key());
            if (rival.isPresent()) {
                return refuse(call, Errno.EADDRINUSE.number(), rival.get());
            }
            listen(socket);
        } catch (IOException failed) {
            return refuse(call, failed, socket.key());
        }
        call.done();
        return true;
    }

    private void listen(HeldSocket socket) throws IOException {
        int fd = socket.fd().number();
        if (socket.listening() && !TcpInfo.of(fd).listening()) {
            registry.left(socket);
        }
        ErrnoException.check("listen", socket.key(), Sockets.listen(fd, plan.backlog()));
        registry.joined(socket);
    }

    private boolean refuse(ChildCall call, IOException failed, GroupKey key) {
        int errno = failed instanceof ErrnoException known ? known.errno() : Errno.EIO.number();
        return refuse(call, errno, Occupants.explain(failed, key));
    }

    private boolean refuse(ChildCall call, int errno, String why) {
        call.fail(errno);
        LiveWorker worker = call.worker();
        if (worker.troubles().add(why, why, Loop.now())) {
            // Most programs end by it, and then it is said with their end.
            loop.after(MOST_LAST_WORDS_MILLIS, () -> sayWhileItLives(worker, why));
        } else {
            sayAgain(worker, why);
        }
        return false;
    }

    private void sayWhileItLives(LiveWorker worker, String why) {
        if (!worker.ended()) {
            observer.said("slot " + worker.id() + ": " + why);
        }
    }
}
