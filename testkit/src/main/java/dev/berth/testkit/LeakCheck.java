package dev.berth.testkit;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

import java.time.Duration;
import java.util.List;

/// Fails a test, or a test class, that leaves a descriptor or a child process behind:
/// `@ExtendWith(LeakCheck.class)`.
///
/// **The rule.** The links of `/proc/self/fd` are read before and after. Links whose text is not a
/// path are counted: sockets, pipes, namespaces, and everything shown as `anon_inode:[…]` (pidfds,
/// BPF maps and programs, seccomp listeners, epoll, eventfd). A text that occurs more often than
/// before is a leak. Files do not count, because the JVM opens jars at any time. Descriptors that
/// the JDK opens once and keeps (the socket pair for closing, the pollers of virtual threads) are
/// created before the first check. Children are the processes whose parent is this process,
/// including ended ones that have not been reaped.
///
/// Anything that goes away within two seconds is not a leak, such as the pipes of a process that
/// was just killed. A test's `@BeforeEach` and `@AfterEach` belong to the test, a class's
/// `@BeforeAll` and `@AfterAll` to the class. Tests must not run concurrently in one JVM.
public final class LeakCheck
        implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback {
    private static final Namespace NAMESPACE = Namespace.create(LeakCheck.class);
    private static final Duration GRACE = Duration.ofSeconds(2);

    /// For JUnit, which instantiates it by reflection.
    public LeakCheck() {}

    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
        remember(context);
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        remember(context);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        check(context);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        check(context);
    }

    private static void remember(ExtensionContext context) throws Exception {
        JdkWarmup.once();
        context.getStore(NAMESPACE).put(context.getUniqueId(), Resources.now());
    }

    private static void check(ExtensionContext context) {
        Resources before = context.getStore(NAMESPACE).get(context.getUniqueId(), Resources.class);
        if (before != null) {
            check(before, GRACE, context.getDisplayName());
        }
    }

    static void check(Resources before, Duration grace, String who) {
        Await.until(
                grace,
                () -> Resources.now().since(before).isEmpty(),
                () -> who + " leaves behind: " + text(Resources.now().since(before)));
    }

    private static String text(List<String> leaks) {
        return String.join(", ", leaks);
    }
}
