package dev.berth.net;

import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.opentest4j.TestAbortedException;

import java.lang.reflect.Method;
import java.util.concurrent.atomic.AtomicReference;

/// Runs each test on its own thread in a fresh network namespace; skips it without `CAP_SYS_ADMIN`.
final class NamespaceExtension implements InvocationInterceptor {

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context)
            throws Throwable {
        inside(
                () -> {
                    invocation.proceed();
                });
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation,
            ReflectiveInvocationContext<Method> method,
            ExtensionContext context)
            throws Throwable {
        interceptTestMethod(invocation, method, context);
    }

    /// A step that may fail in any way.
    interface Step {
        void run() throws Throwable;
    }

    static void inside(Step step) throws Throwable {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread =
                Thread.ofPlatform()
                        .name("fresh namespace")
                        .start(
                                () -> {
                                    try {
                                        enter();
                                        step.run();
                                    } catch (Throwable failed) {
                                        failure.set(failed);
                                    }
                                });
        thread.join();
        if (failure.get() != null) {
            throw failure.get();
        }
    }

    private static void enter() throws ErrnoException {
        try {
            Namespaces.enterFresh();
        } catch (ErrnoException refused) {
            if (refused.is(Errno.EPERM)) {
                throw new TestAbortedException("needs CAP_SYS_ADMIN", refused);
            }
            throw refused;
        }
    }
}
