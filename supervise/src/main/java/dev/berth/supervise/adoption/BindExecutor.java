package dev.berth.supervise.adoption;

import dev.berth.net.Holder;
import dev.berth.net.ProcessList;
import dev.berth.net.Protocol;
import dev.berth.net.SocketRow;
import dev.berth.net.TcpInfo;
import dev.berth.supervise.process.BackgroundExecutor;
import dev.berth.supervise.process.ProcessTree;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.ClosedSocketSweep;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.HeldSocket;
import dev.berth.supervise.steering.ListenerRegistry;
import dev.berth.supervise.steering.SocketInode;
import dev.berth.sys.Descriptors;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Processes;
import dev.berth.sys.SocketOption;
import dev.berth.sys.Sockets;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Carries out what was decided about the calls of workers, and answers them.
final class BindExecutor {
    private static final String MANY =
            "it listens on more than "
                    + BindPolicy.MOST_UNNAMED
                    + " addresses that you did not name, and no more are shared; name the"
                    + " service's ports with -p, and give each slot its own copy of the others"
                    + " with --private";

    private final ListenerRegistry registry;
    private final SupervisorResources resources;
    private final BindDecider decider;
    private final ConflictCheck conflicts;
    private final Reports reports;
    private final int backlog;
    private final ClosedSocketSweep sweep;
    private final int uid = Processes.geteuid();

    /// Where the results go.
    record Reports(
            BindFailureExplainer explainer,
            CallRefusals refusals,
            BindInterceptor.Callbacks callbacks) {}

    BindExecutor(
            ListenerRegistry registry,
            SupervisorResources resources,
            BindDecider decider,
            ConflictCheck conflicts,
            Reports reports,
            int backlog) {
        this.registry = registry;
        this.resources = resources;
        this.decider = decider;
        this.conflicts = conflicts;
        this.reports = reports;
        this.backlog = backlog;
        sweep = new ClosedSocketSweep(registry);
    }

    /// What computes a decision.
    interface Decision {
        BindDecision make() throws IOException;
    }

    /// Decides about a call and carries that out. Whatever goes wrong, the call is answered:
    /// without an answer the child would wait forever.
    void decide(InterceptedCall call, Decision decision) {
        try {
            apply(call, decision.make());
        } catch (IOException | RuntimeException | Error failed) {
            reports.refusals.passToKernel(call, failed);
        }
    }

    private void apply(InterceptedCall call, BindDecision decision) {
        switch (decision) {
            case BindDecision.Pass() -> call.proceed();
            case BindDecision.Leave leave -> leave(call, leave);
            case BindDecision.Repeat() -> call.succeed();
            case BindDecision.Fail(Errno errno) -> call.fail(errno.number());
            case BindDecision.Refuse(Errno errno, String why) ->
                    reports.refusals.refuse(call, errno, why);
            case BindDecision.RefuseTaken(GroupKey key, List<SocketRow> others) ->
                    reports.refusals.refuse(call, key, others);
            case BindDecision.RefuseFailed(GroupKey key, IOException why) ->
                    reports.refusals.refuse(call, why, key);
            case BindDecision.Create(ChildSocket child, GroupKey key) ->
                    attempt(call, key, () -> create(call, child, key));
            case BindDecision.Inherit(ChildSocket child, HeldSocket socket) ->
                    attempt(call, socket.key(), () -> inherit(call, child, socket));
            case BindDecision.Listen(HeldSocket socket) ->
                    attempt(call, socket.key(), () -> listen(call, socket));
            case BindDecision.Sweep(ChildSocket child, GroupKey key) -> sweep(call, child, key);
            case BindDecision.CheckOwners(List<SocketRow> others, BindDecision.Join then) ->
                    checkOwners(call, others, then);
        }
    }

    private interface Step {
        void run() throws IOException;
    }

    private void attempt(InterceptedCall call, GroupKey key, Step step) {
        try {
            step.run();
        } catch (IOException failed) {
            reports.refusals.refuse(call, failed, key);
        }
    }

    private void leave(InterceptedCall call, BindDecision.Leave left) {
        call.proceed();
        WorkerProcess worker = call.worker();
        if (left.wanted().protocol() == Protocol.TCP) {
            worker.passedPort(left.wanted().address().port());
        }
        if (left.full()) {
            reports.explainer.once(worker, "many", MANY);
        }
        OptionalLong inode = left.watched();
        if (inode.isPresent()) {
            PortOwners owners = reports.refusals.owners();
            reports.explainer.passedToKernel(worker, left.wanted(), inode.getAsLong(), owners);
        }
    }

    private void sweep(InterceptedCall call, ChildSocket child, GroupKey key) {
        ChildSocket kept = child.moved();
        ProcessTree tree = resources.trees().tree(call.worker());
        sweep.closeUnheld(
                call.worker().id(),
                () -> tree.pids(resources.env().tables().processes()),
                resources.checkExecutor()::attempt,
                _ -> {
                    try (kept) {
                        if (call.waits()) {
                            decide(call, () -> decider.fresh(call.worker(), kept, key));
                        }
                    }
                });
    }

    private void checkOwners(
            InterceptedCall call, List<SocketRow> others, BindDecision.Join decided) {
        GroupKey key = decided.key();
        BindDecision.Join then = decided.kept();
        PortOwners owners = reports.refusals.owners();
        resources
                .checkExecutor()
                .submit(
                        () -> conflicts.refusal(key, others, owners),
                        answer -> {
                            try (then) {
                                if (call.waits()) {
                                    decide(call, () -> checked(answer, then));
                                }
                            }
                        },
                        _ -> then.close());
    }

    private static BindDecision checked(
            BackgroundExecutor.TaskResult<Optional<String>> answer, BindDecision.Join then) {
        if (!(answer instanceof BackgroundExecutor.Done<Optional<String>>(var refusal))) {
            return new BindDecision.Refuse(
                    Errno.EADDRINUSE,
                    then.key() + " is taken; its owner could not be found in time");
        }
        return refusal.isPresent()
                ? new BindDecision.Refuse(Errno.EADDRINUSE, refusal.get())
                : then;
    }

    private void create(InterceptedCall call, ChildSocket child, GroupKey key) throws IOException {
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
        HeldSocket held = new HeldSocket(socket, inode, key, call.worker().id());
        registry.add(held);
        recordHolder(call, held);
        if (key.protocol() == Protocol.UDP) {
            registry.joined(held);
        }
        bound(call, held);
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

    /// A datagram socket serves from bind(2) on.
    private void bound(InterceptedCall call, HeldSocket socket) {
        call.succeed();
        if (socket.key().protocol() == Protocol.UDP) {
            reports.callbacks.listenerStarted(call.worker());
        }
    }

    private void inherit(InterceptedCall call, ChildSocket child, HeldSocket socket)
            throws IOException {
        child.close();
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

    private void listen(InterceptedCall call, HeldSocket socket) throws IOException {
        int fd = socket.fd().number();
        if (socket.listening() && !TcpInfo.of(fd).listening()) {
            registry.left(socket);
        }
        ErrnoException.check("listen", socket.key(), Sockets.listen(fd, backlog));
        registry.joined(socket);
        call.succeed();
        reports.callbacks.listenerStarted(call.worker());
    }
}
