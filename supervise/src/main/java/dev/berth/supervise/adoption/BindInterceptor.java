package dev.berth.supervise.adoption;

import dev.berth.supervise.contract.EventSink;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.process.BackgroundExecutor;
import dev.berth.supervise.process.EventLoop;
import dev.berth.supervise.process.SupervisorResources;
import dev.berth.supervise.process.WorkerProcess;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.ListenerRegistry;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.Notification;
import dev.berth.sys.Seccomp;
import dev.berth.sys.Syscall;

import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Answers the bind(2) and listen(2) calls of a worker, so that the worker's own socket becomes a
/// member of the group.
///
/// On bind the supervisor takes the child's socket, gives it the group's uid and SO_REUSEPORT,
/// binds it to the address that the child asked for, and keeps a descriptor. On listen it listens,
/// with its own backlog. Calls that do not count are left to the kernel.
///
/// This class receives the calls and reads what they ask for; [BindDecider] decides, and
/// [BindExecutor] answers.
///
/// This is a service to the program, not a sandbox: the address is read once from the child's
/// memory, and it decides nothing about a call that is left to proceed.
public final class BindInterceptor {
    private final EventLoop loop;
    private final BackgroundExecutor callExecutor;
    private final BindFailureExplainer explainer;
    private final CallRefusals refusals;
    private final BindDecider decider;
    private final BindExecutor executor;
    private final Set<WorkerProcess> stuck = new HashSet<>();
    private final long namespace;

    /// What the interceptor needs to know about workers, and what it reports.
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
        loop = resources.loop();
        callExecutor = resources.callExecutor();
        explainer = new BindFailureExplainer(sink, loop, resources.scanExecutor());
        ConflictCheck conflicts = new ConflictCheck(spec, registry);
        refusals =
                new CallRefusals(
                        spec, registry, resources.trees(), conflicts, explainer, callbacks);
        decider = new BindDecider(spec, registry, conflicts, callbacks);
        executor =
                new BindExecutor(
                        registry,
                        resources,
                        decider,
                        conflicts,
                        new BindExecutor.Reports(explainer, refusals, callbacks),
                        spec.backlog());
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
            executor.decide(call, () -> decider.listen(call.worker(), call.descriptor().inode()));
        }
    }

    /// Examines one call of a worker at a time: the next is received when this one has been
    /// examined.
    private void examine(InterceptedCall call) {
        WorkerProcess worker = call.worker();
        if (stuck.contains(worker)) {
            // A second thread must not be tied up by it.
            refusals.passUnexamined(call);
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
                        executor.decide(call, () -> decider.bind(call.worker(), found));
                    }
                }
            }
            case BackgroundExecutor.Failed<BindArguments>(Exception failed) ->
                    refusals.passToKernel(call, failed);
            case BackgroundExecutor.TimedOut<BindArguments> _ -> {
                stuck.add(call.worker());
                refusals.passUnexamined(call);
            }
        }
    }
}
