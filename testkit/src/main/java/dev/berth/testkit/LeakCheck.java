package dev.berth.testkit;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

import java.time.Duration;
import java.util.List;

/// Fails a test, or a test class, that leaves a descriptor open or a child process behind:
/// `@ExtendWith(LeakCheck.class)`.
///
/// **The rule.** Before and after, the links of `/proc/self/fd` are read. Counted are those whose
/// text is no path: sockets, pipes, namespaces, and all that shows as `anon_inode:[…]` (pidfds, BPF
/// maps and programs, seccomp listeners, epoll, eventfd). A text that is there more often than
/// before is a leak. Files do not count, as the JVM opens jars whenever it likes. What the JDK
/// opens once and keeps (the socket pair for closing, the pollers of virtual threads) is made to be
/// there before the first look. Children are the processes whose parent this one is, ended and
/// unreaped ones too.
///
/// What ends by itself within two seconds, as the pipes of a process that was just killed do, is no
/// leak. A test's `@BeforeEach` and `@AfterEach` are part of the test, a class's `@BeforeAll` and
/// `@AfterAll` of the class. Tests must not run at the same time in one JVM.
public final class LeakCheck
        implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback {
    private static final Namespace NAMESPACE = Namespace.create(LeakCheck.class);
    private static final Duration GRACE = Duration.ofSeconds(2);

    /// For JUnit, which makes it by reflection.
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
        Warmth.once();
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
