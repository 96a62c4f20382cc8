package dev.berth.testkit;

import org.junit.jupiter.api.extension.ExtendWith;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Skips a test unless these programs are installed; where the environment says `CI=true` a missing
/// program makes the test fail instead, so that nothing goes untested unseen.
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(Requirements.class)
public @interface RequiresProgram {
    /// Names to be found through `PATH`, or absolute paths.
    String[] value();
}
