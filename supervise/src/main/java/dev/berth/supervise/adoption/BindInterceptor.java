package dev.berth.supervise.adoption;

import dev.berth.net.Holder;
import dev.berth.net.ListenAddress;
import dev.berth.net.ProcessList;
import dev.berth.net.Protocol;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpInfo;
import dev.berth.supervise.contract.EventSink;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.process.BackgroundExecutor;
import dev.berth.supervise.process.EventLoop;
import dev.berth.supervise.process.ProcessAncestry;
import dev.berth.supervise.process.ProcessTree;
import dev.berth.supervise.process.ProcessTrees;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.ClosedSocketSweep;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.ListenerRegistry;
import dev.berth.supervise.steering.ReuseportGroup;
import dev.berth.supervise.steering.SocketInode;
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
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Answers the bind(2) and listen(2) calls of a worker, so that the worker's own socket becomes a
/// member of the group.
///
/// On bind the supervisor takes the child's socket, gives it the group's uid and SO_REUSEPORT,
/// binds it to the address that the child asked for, and keeps a descriptor. On listen it listens,
/// with its own backlog. Calls that do not count are left to the kernel.
///
/// This is a service to the program, not a sandbox: the address is read once from the child's
/// memory, and it decides nothing about a call that is left to proceed.
public final class BindInterceptor {
    private static final String STUCK = "stuck";
    private static final String MANY =
            "it listens on more than "
                    + BindPolicy.MOST_UNNAMED
                    + " addresses that you did not name, and no more are shared; name the"
                    + " service's ports with -p, and give each slot its own copy of the others"
                    + " with --private";

    private final ServiceSpec spec;
    private final ListenerRegistry registry;
    private final ClosedSocketSweep sweep;
    private final ProcessTrees trees;
    private final Callbacks callbacks;
    private final ConflictCheck conflicts;
    private final EventLoop loop;
    private final BackgroundExecutor callExecutor;
    private final BackgroundExecutor scanExecutor;
    private final BindFailureExplainer explainer;
    private final Set<WorkerProcess> stuck = new HashSet<>();
    private final int uid = Processes.geteuid();
    private final long namespace;

    /// What the adopter needs to know about workers, and what it reports.
    public interface Callbacks {
        /// The workers whose end has not been fully handled.
        Collection<WorkerProcess> live();

        /// Whether the worker is in service already, so that new addresses no longer count.
        boolean ready(WorkerProcess worker);

        /// Called when a socket of the worker has begun to listen.
        void listenerStarted(WorkerProcess worker);

        /// Why the worker must not listen on `key`; empty if it is permitted to.
        Optional<String> rejection(WorkerProcess worker, GroupKey key);
    }

    public BindInterceptor(
            ServiceSpec spec,
            ListenerRegistry registry,
            SupervisorResources resources,
            EventSink sink,
            Callbacks callbacks)
            throws ErrnoException {
        this.spec = spec;
        this.registry = registry;
        this.callbacks = callbacks;
        sweep = new ClosedSocketSweep(registry);
        trees = resources.trees();
        conflicts = new ConflictCheck(spec, registry);
        loop = resources.loop();
        callExecutor = resources.callExecutor();
        scanExecutor = resources.scanExecutor();
        explainer = new BindFailureExplainer(sink, loop, scanExecutor);
        namespace = ChildSocket.ownNamespace();
    }

    /// Answers the calls of `worker` from now on. Whatever goes wrong, the child gets an answer:
    /// without one it would wait forever.
    public void watch(WorkerProcess worker) {
        worker.notifications()
                .filter(Fd::isOpen)
                .ifPresent(fd -> loop.watch(fd, () -> next(worker, fd)));
    }

    private void next(WorkerProcess worker, Fd listener) {
        Optional<Notification> received;
        try {
            received = Seccomp.receive(listener.number());
        } catch (ErrnoException failed) {
            loop.forget(listener);
            explainer.unclear(worker, failed, "receive");
            return;
        }
        if (received.isEmpty()) {
            return;
        }
        InterceptedCall call = new InterceptedCall(worker, listener, received.get());
        if (received.get().is(Syscall.BIND)) {
            examine(call);
        } else {
            guarded(call, () -> listen(call));
        }
    }

    /// Examines one call of a worker at a time: the next is received when this one has been
    /// examined.
    private void examine(InterceptedCall call) {
        WorkerProcess worker = call.worker();
        if (stuck.contains(worker)) {
            unexamined(call);
            return;
        }
        loop.forget(call.listener());
        callExecutor.submit(
                () -> BindArguments.of(call, namespace),
                answer -> {
                    watch(worker);
                    examined(call, answer);
                },
                late -> {
                    stuck.remove(worker);
                    if (late
                            instanceof
                            BackgroundExecutor.Done<BindArguments>(BindArguments found)) {
                        found.close();
                    }
                });
    }

    private void examined(
            InterceptedCall call, BackgroundExecutor.TaskResult<BindArguments> answer) {
        switch (answer) {
            case BackgroundExecutor.Done<BindArguments>(BindArguments found) -> {
                try (found) {
                    if (call.waits()) {
                        guarded(call, () -> bind(call, found));
                    }
                }
            }
            case BackgroundExecutor.Failed<BindArguments>(Exception failed) ->
                    passToKernel(call, failed);
            case BackgroundExecutor.TimedOut<BindArguments> _ -> {
                stuck.add(call.worker());
                unexamined(call);
            }
        }
    }

    /// The worker's memory does not answer; a second thread must not be tied up by it.
    private void unexamined(InterceptedCall call) {
        IOException why =
                new IOException(
                        "the address to bind could not be read from its memory in time (filled by"
                                + " userfaultfd or FUSE, perhaps), so its ports are not shared");
        if (call.waits()) {
            call.proceed();
            explainer.unclear(call.worker(), why, STUCK);
        }
    }

    private interface CallHandler {
        void run() throws IOException;
    }

    private void guarded(InterceptedCall call, CallHandler step) {
        try {
            step.run();
        } catch (IOException | RuntimeException | Error failed) {
            passToKernel(call, failed);
        }
    }

    /// Leaves a call that cannot be decided to the kernel. If the call itself is wrong, the kernel
    /// reports that to the program, and there is nothing to report here.
    private void passToKernel(InterceptedCall call, Throwable failed) {
        if (!call.waits()) {
            return;
        }
        call.proceed();
        if (failed instanceof ErrnoException known) {
            if (!known.is(Errno.EFAULT) && !known.is(Errno.EBADF)) {
                explainer.unclear(call.worker(), known, known.call() + " " + known.errno());
            }
        } else {
            explainer.unclear(
                    call.worker(),
                    new IOException(failed.getMessage(), failed),
                    failed.getClass().getName());
        }
    }

    private void bind(InterceptedCall call, BindArguments found) throws IOException {
        if (!(found.address() instanceof SockAddr.Inet address) || found.socket().isEmpty()) {
            call.proceed();
            return;
        }
        ChildSocket socket = found.socket().get();
        WorkerProcess worker = call.worker();
        Protocol protocol = socket.protocol();
        int slot = worker.id().slot();
        BindPolicy.Decision decision =
                BindPolicy.decide(
                        spec,
                        slot,
                        protocol,
                        address,
                        callbacks.ready(worker),
                        worker.sharedAddresses());
        switch (decision) {
            case BindPolicy.Decision.Pass() ->
                    pass(call, found, new ListenAddress(protocol, address));
            case BindPolicy.Decision.Refuse(Errno errno, String why) -> refuse(call, errno, why);
            case BindPolicy.Decision.Share() -> share(call, socket, address);
            case BindPolicy.Decision.Own(SockAddr.Inet own) ->
                    take(call, socket, socket.key(own, true));
        }
    }

    /// Lets the kernel bind. If this is the only worker, no socket of ours can be in its way, and
    /// the program itself reports any conflict.
    private void pass(InterceptedCall call, BindArguments found, ListenAddress wanted) {
        call.proceed();
        WorkerProcess worker = call.worker();
        boolean tcp = wanted.protocol() == Protocol.TCP;
        if (tcp) {
            worker.passedPort(wanted.address().port());
        }
        if (tcp
                && !spec.named()
                && !callbacks.ready(worker)
                && BindPolicy.full(worker.sharedAddresses())) {
            explainer.once(worker, "many", MANY);
        }
        boolean others = callbacks.live().size() > 1;
        if (others && !found.tolerant() && found.inode().isPresent()) {
            long inode = found.inode().getAsLong();
            explainer.passedToKernel(call.worker(), wanted, inode, owners());
        }
    }

    private PortOwners owners() {
        List<Integer> shared =
                registry.groups().stream()
                        .map(ReuseportGroup::key)
                        .filter(key -> !key.own() && key.protocol() == Protocol.TCP)
                        .map(key -> key.address().port())
                        .distinct()
                        .toList();
        return new PortOwners(spec, new ProcessAncestry(trees.roots(callbacks.live())), shared);
    }

    private void share(InterceptedCall call, ChildSocket socket, SockAddr.Inet address)
            throws IOException {
        if (!socket.seen() && !spec.named()) {
            ListenAddress wanted = new ListenAddress(socket.protocol(), address);
            refuse(call, Errno.EPERM, unseen(wanted));
        } else {
            take(call, socket, socket.key(address, false));
        }
    }

    private static String unseen(ListenAddress wanted) {
        return "cannot take the socket for "
                + wanted
                + ": pidfd_getfd is refused (it needs CAP_SYS_PTRACE; Docker's default profile"
                + " forbids it without); name the port with -p or -l, or use --adopt listen-fds";
    }

    private void take(InterceptedCall call, ChildSocket child, GroupKey key) {
        try {
            if (bound(call).isPresent() || call.worker().sharedAddresses().contains(key.listen())) {
                bindAgain(call, child, key);
            } else {
                bindNew(call, child, key);
            }
        } catch (IOException failed) {
            refuse(call, failed, key);
        }
    }

    /// The socket of the call, if an earlier call bound it.
    private Optional<HeldSocket> bound(InterceptedCall call) {
        return held(call).filter(s -> s.owner().equals(call.worker().id()));
    }

    /// Answers a bind of a socket that is bound already. With the same address it is the answered
    /// call once more: before Linux 5.19 a signal interrupts a waiting call, and the kernel
    /// restarts it. With another address it fails, as a bound socket cannot be bound again.
    private static void answerAgain(InterceptedCall call, HeldSocket bound, GroupKey key) {
        if (bound.key().address().equals(key.address())) {
            call.succeed();
        } else {
            call.fail(Errno.EINVAL.number());
        }
    }

    private Optional<HeldSocket> held(InterceptedCall call) {
        OptionalLong inode = call.descriptor().inode();
        return inode.isPresent() ? registry.byInode(inode.getAsLong()) : Optional.empty();
    }

    /// Handles an address that the worker has or had. Sockets that the worker has closed meanwhile
    /// are dropped first; the worker may inherit one of them.
    private void bindAgain(InterceptedCall call, ChildSocket child, GroupKey key) {
        Optional<HeldSocket> bound = bound(call);
        if (bound.isPresent()) {
            answerAgain(call, bound.get(), key);
            return;
        }
        ChildSocket kept = child.moved();
        ProcessTree tree = trees.tree(call.worker());
        sweep.closeUnheld(
                call.worker().id(),
                () -> tree.pids(ProcessList.read()),
                scanExecutor::attempt,
                _ -> {
                    try (kept) {
                        if (call.waits()) {
                            attempt(call, key, () -> bindNew(call, kept, key));
                        }
                    }
                });
    }

    private void bindNew(InterceptedCall call, ChildSocket child, GroupKey key) throws IOException {
        Optional<HeldSocket> inherited = registry.inheritance(call.worker().id(), key);
        if (inherited.isPresent()) {
            child.close();
            inherit(call, inherited.get());
            return;
        }
        List<SocketRow> others = conflicts.of(key);
        if (others.isEmpty()) {
            begin(call, child, key);
        } else if (conflicts.certain(key, others)) {
            refuse(call, key, others);
        } else {
            ChildSocket kept = child.moved();
            checkConflicts(call, key, others, kept::close, () -> begin(call, kept, key));
        }
    }

    /// Checks whether other programs keep `key` to themselves or would let our sockets join them;
    /// goes on if neither is so.
    private void checkConflicts(
            InterceptedCall call,
            GroupKey key,
            List<SocketRow> others,
            Runnable undo,
            CallHandler goOn) {
        PortOwners owners = owners();
        scanExecutor.submit(
                () -> conflicts.refusal(key, others, owners),
                answer -> {
                    if (!call.waits()) {
                        undo.run();
                    } else if (answer
                            instanceof BackgroundExecutor.Done<Optional<String>>(var refusal)) {
                        if (refusal.isPresent()) {
                            undo.run();
                            refuse(call, Errno.EADDRINUSE, refusal.get());
                        } else {
                            attempt(call, key, goOn);
                        }
                    } else {
                        undo.run();
                        refuse(
                                call,
                                Errno.EADDRINUSE,
                                key + " is taken; its owner could not be found in time");
                    }
                },
                _ -> undo.run());
    }

    private void attempt(InterceptedCall call, GroupKey key, CallHandler step) {
        try {
            step.run();
        } catch (IOException failed) {
            refuse(call, failed, key);
        } catch (RuntimeException | Error failed) {
            passToKernel(call, failed);
        }
    }

    private void begin(InterceptedCall call, ChildSocket child, GroupKey key) throws IOException {
        boolean replace = !child.usable();
        Fd socket = replace ? child.plainReplacement() : child.detach();
        long inode;
        try {
            prepare(socket, key);
            if (replace) {
                call.replaceDescriptor(socket);
            }
            inode = SocketInode.of(socket);
        } catch (IOException | RuntimeException | Error failed) {
            socket.close();
            throw failed;
        }
        keep(call, new HeldSocket(socket, inode, key, call.worker().id()));
    }

    /// Also sets SO_REUSEADDR: connections that a worker of another user has accepted would
    /// otherwise block the next bind.
    private void prepare(Fd socket, GroupKey key) throws ErrnoException {
        int fd = socket.number();
        ErrnoException.check("fchown", key, Descriptors.fchown(fd, uid, -1));
        SocketOption.REUSEPORT.write(fd, 1);
        if (key.protocol() == Protocol.TCP) {
            SocketOption.REUSEADDR.write(fd, 1);
        }
        ErrnoException.check("bind", key, Sockets.bind(fd, key.address()));
    }

    private void keep(InterceptedCall call, HeldSocket socket) throws IOException {
        registry.add(socket);
        recordHolder(call, socket);
        if (socket.key().protocol() == Protocol.UDP) {
            registry.joined(socket);
        }
        bound(call, socket);
    }

    /// A datagram socket serves from bind(2) on.
    private void bound(InterceptedCall call, HeldSocket socket) {
        call.succeed();
        if (socket.key().protocol() == Protocol.UDP) {
            callbacks.listenerStarted(call.worker());
        }
    }

    /// Gives the child its predecessor's socket, with the connections queued in it, instead of its
    /// own.
    private void inherit(InterceptedCall call, HeldSocket socket) throws IOException {
        call.replaceDescriptor(socket.fd());
        registry.handOver(socket, call.worker().id());
        recordHolder(call, socket);
        bound(call, socket);
    }

    private static void recordHolder(InterceptedCall call, HeldSocket socket) {
        int tid = call.notification().tid();
        int process = ProcessList.leader(tid).orElse(tid);
        socket.setHolder(Optional.of(new Holder(process, call.descriptor().number())));
        call.worker().sharedAddresses().add(socket.key().listen());
    }

    private void listen(InterceptedCall call) throws IOException {
        Optional<HeldSocket> held = held(call);
        if (held.isEmpty()) {
            call.proceed();
            return;
        }
        HeldSocket socket = held.get();
        GroupKey key = socket.key();
        Optional<String> unfit = callbacks.rejection(call.worker(), key);
        if (unfit.isPresent()) {
            refuse(call, Errno.EADDRINUSE, unfit.get());
            return;
        }
        // Another program may have begun to listen since the bind.
        List<SocketRow> others = conflicts.of(key);
        if (others.isEmpty()) {
            attempt(call, key, () -> listening(call, socket));
        } else if (conflicts.certain(key, others)) {
            refuse(call, key, others);
        } else {
            checkConflicts(call, key, others, () -> {}, () -> listening(call, socket));
        }
    }

    private void listening(InterceptedCall call, HeldSocket socket) throws IOException {
        listen(socket);
        call.succeed();
        callbacks.listenerStarted(call.worker());
    }

    private void listen(HeldSocket socket) throws IOException {
        int fd = socket.fd().number();
        if (socket.listening() && !TcpInfo.of(fd).listening()) {
            registry.left(socket);
        }
        ErrnoException.check("listen", socket.key(), Sockets.listen(fd, spec.backlog()));
        registry.joined(socket);
    }

    private void refuse(InterceptedCall call, IOException failed, GroupKey key) {
        int errno = failed instanceof ErrnoException known ? known.errno() : Errno.EIO.number();
        call.fail(errno);
        String why = PortOwners.brief(failed, key);
        if (errno == Errno.EADDRINUSE.number()) {
            PortOwners owners = owners();
            explainer.refused(call.worker(), kind(key), why, () -> owners.taken(key));
        } else {
            explainer.refused(call.worker(), why, why);
        }
    }

    private void refuse(InterceptedCall call, Errno errno, String why) {
        call.fail(errno.number());
        explainer.refused(call.worker(), why, why);
    }

    /// Refuses because others listen there.
    private void refuse(InterceptedCall call, GroupKey key, List<SocketRow> others) {
        call.fail(Errno.EADDRINUSE.number());
        PortOwners owners = owners();
        explainer.refused(
                call.worker(),
                kind(key),
                key + ": address already in use",
                () -> conflicts.refusal(key, others, owners).orElseGet(() -> owners.taken(key)));
    }

    private static String kind(GroupKey key) {
        return key + " in use";
    }
}
