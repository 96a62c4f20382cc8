package dev.berth.supervise;

import dev.berth.net.Holder;
import dev.berth.net.ProcessList;
import dev.berth.net.Protocol;
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
final class Adopter {
    /// The largest `struct sockaddr`.
    private static final int ADDRESS_BYTES = 128;

    private final Plan plan;
    private final SocketRegistry registry;
    private final Observer observer;
    private final int uid = Processes.geteuid();
    private final long namespace;

    Adopter(Plan plan, SocketRegistry registry, Observer observer) throws ErrnoException {
        this.plan = plan;
        this.registry = registry;
        this.observer = observer;
        this.namespace = ChildSocket.ownNamespace();
    }

    /// Answers what waits at the worker's seccomp listener.
    ///
    /// @param ready whether the worker is in service already
    /// @return whether a socket of the worker has begun to listen
    boolean answer(LiveWorker worker, boolean ready) throws IOException {
        Fd listener = worker.notifications().orElseThrow();
        Optional<Notification> received = Seccomp.receive(listener.number());
        if (received.isEmpty()) {
            return false;
        }
        Call call = new Call(worker, ready, listener, received.get());
        try {
            return received.get().is(Syscall.BIND) ? bind(call) : listen(call);
        } catch (ErrnoException failed) {
            observer.said("slot " + worker.id() + ": " + failed.getMessage() + "; left to itself");
            call.proceed();
            return false;
        }
    }

    /// One call of the child that waits for its answer.
    private record Call(LiveWorker worker, boolean ready, Fd listener, Notification notification) {
        ChildDescriptor descriptor() {
            return new ChildDescriptor(notification.tid(), notification.intArgument(0));
        }

        void proceed() {
            Seccomp.proceed(listener.number(), notification.id());
        }

        void done() {
            Seccomp.respond(listener.number(), notification.id(), 0, 0);
        }

        void fail(int errno) {
            Seccomp.respond(listener.number(), notification.id(), 0, errno);
        }

        SockAddr address() throws ErrnoException {
            int length = Math.clamp(notification.argument(2), 0, ADDRESS_BYTES);
            long at = notification.argument(1);
            byte[] raw = Processes.readMemory(notification.tid(), at, length);
            long valid = Seccomp.idValid(listener.number(), notification.id());
            ErrnoException.check("SECCOMP_IOCTL_NOTIF_ID_VALID", "", valid);
            return SockAddr.decode(raw, length);
        }
    }

    private boolean bind(Call call) throws IOException {
        Optional<ChildSocket> found = ChildSocket.of(call.descriptor(), namespace);
        if (found.isEmpty() || !(call.address() instanceof SockAddr.Inet address)) {
            found.ifPresent(ChildSocket::close);
            call.proceed();
            return false;
        }
        ChildSocket socket = found.get();
        LiveWorker worker = call.worker();
        Protocol protocol = socket.protocol();
        Claims.Verdict verdict =
                Claims.judge(
                        plan,
                        worker.id().slot(),
                        protocol,
                        address,
                        call.ready(),
                        worker.counted());
        return switch (verdict) {
            case Claims.Verdict.Pass() -> {
                socket.close();
                call.proceed();
                yield false;
            }
            case Claims.Verdict.Refuse(Errno errno, String why) -> {
                socket.close();
                refuse(call, errno.number(), why);
                yield false;
            }
            case Claims.Verdict.Share() -> bind(call, socket, address, false);
            case Claims.Verdict.Own(SockAddr.Inet own) -> bind(call, socket, own, true);
        };
    }

    private boolean bind(Call call, ChildSocket child, SockAddr.Inet address, boolean own)
            throws IOException {
        GroupKey key = child.key(address, own);
        call.worker().counted().add(key.listen());
        Optional<HeldSocket> inherited = registry.inheritance(call.worker().id().slot(), key);
        if (inherited.isPresent()) {
            child.close();
            return inherit(call, inherited.get());
        }
        boolean replace = !child.usable();
        Fd socket = replace ? child.twin() : child.keep();
        try {
            ErrnoException.check("fchown", key, Descriptors.fchown(socket.number(), uid, -1));
            SocketOption.REUSEPORT.write(socket.number(), 1);
            ErrnoException.check("bind", key, Sockets.bind(socket.number(), address));
            if (replace) {
                Placement.over(call.listener(), call.notification(), call.descriptor(), socket);
            }
        } catch (ErrnoException failed) {
            socket.close();
            refuse(call, failed.errno(), explain(failed, key));
            return false;
        }
        return keep(call, new HeldSocket(socket, inode(socket), key, call.worker().id()));
    }

    private boolean keep(Call call, HeldSocket socket) throws IOException {
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
    private boolean inherit(Call call, HeldSocket socket) throws IOException {
        Placement.over(call.listener(), call.notification(), call.descriptor(), socket.fd());
        socket.inheritedBy(call.worker().id());
        seen(call, socket);
        call.done();
        return socket.key().protocol() == Protocol.UDP;
    }

    private void seen(Call call, HeldSocket socket) {
        int tid = call.notification().tid();
        int process = ProcessList.leader(tid).orElse(tid);
        socket.heldBy(Optional.of(new Holder(process, call.descriptor().number())));
    }

    private boolean listen(Call call) throws IOException {
        OptionalLong inode = call.descriptor().inode();
        Optional<HeldSocket> held =
                inode.isPresent() ? registry.byInode(inode.getAsLong()) : Optional.empty();
        if (held.isEmpty()) {
            call.proceed();
            return false;
        }
        HeldSocket socket = held.get();
        int listening = Sockets.listen(socket.fd().number(), plan.backlog());
        if (listening < 0) {
            ErrnoException failed =
                    new ErrnoException("listen", socket.key().toString(), -listening);
            refuse(call, failed.errno(), explain(failed, socket.key()));
            return false;
        }
        registry.joined(socket);
        call.done();
        return true;
    }

    private void refuse(Call call, int errno, String why) {
        call.worker().troubles().add(why);
        observer.said("slot " + call.worker().id() + ": " + why);
        call.fail(errno);
    }

    private static String explain(ErrnoException failed, GroupKey key) {
        if (failed.is(Errno.EADDRINUSE)) {
            return key
                    + " is taken by "
                    + Occupants.describe(key.protocol(), key.address())
                    + "; stop that, or take another port";
        }
        if (failed.is(Errno.EACCES) || failed.is(Errno.EPERM)) {
            return "no permission for "
                    + key
                    + ": run berth as root, give it CAP_NET_BIND_SERVICE, or lower"
                    + " net.ipv4.ip_unprivileged_port_start";
        }
        return String.valueOf(failed.getMessage());
    }

    static long inode(Fd socket) throws IOException {
        return ChildDescriptor.inode("/proc/self/fd/" + socket.number())
                .orElseThrow(() -> new IOException("/proc does not tell of " + socket));
    }
}
