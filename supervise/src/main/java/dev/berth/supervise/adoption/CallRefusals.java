package dev.berth.supervise.adoption;

import dev.berth.net.Protocol;
import dev.berth.net.SocketRow;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.supervise.process.ProcessAncestry;
import dev.berth.supervise.process.ProcessTrees;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.supervise.steering.ListenerRegistry;
import dev.berth.supervise.steering.ReuseportGroup;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;

import java.io.IOException;
import java.util.List;

/// Answers calls that fail, or that are left to the kernel because they cannot be decided, and has
/// the reason reported.
record CallRefusals(
        ServiceSpec spec,
        ListenerRegistry registry,
        ProcessTrees trees,
        ConflictCheck conflicts,
        BindFailureExplainer explainer,
        BindInterceptor.Callbacks callbacks) {
    /// What finds the owners of ports, as known now.
    PortOwners owners() {
        List<Integer> shared =
                registry.groups().stream()
                        .map(ReuseportGroup::key)
                        .filter(key -> !key.own() && key.protocol() == Protocol.TCP)
                        .map(key -> key.address().port())
                        .distinct()
                        .toList();
        return new PortOwners(spec, new ProcessAncestry(trees.roots(callbacks.live())), shared);
    }

    void refuse(InterceptedCall call, Errno errno, String why) {
        call.fail(errno.number());
        explainer.refused(call.worker(), why, why);
    }

    /// Refuses because a system call for it failed.
    void refuse(InterceptedCall call, IOException failed, GroupKey key) {
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

    /// Refuses because others listen there.
    void refuse(InterceptedCall call, GroupKey key, List<SocketRow> others) {
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

    /// Leaves a call that cannot be decided to the kernel. If the call itself is wrong, the kernel
    /// reports that to the program, and there is nothing to report here.
    void passToKernel(InterceptedCall call, Throwable failed) {
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

    /// Leaves a call to the kernel because the worker's memory does not answer.
    void passUnexamined(InterceptedCall call) {
        if (call.waits()) {
            call.proceed();
            IOException why =
                    new IOException(
                            "the address to bind could not be read from its memory in time (filled"
                                    + " by userfaultfd or FUSE, perhaps), so its ports are not"
                                    + " shared");
            explainer.unclear(call.worker(), why, "stuck");
        }
    }
}
