-- CreateTable
CREATE TABLE "Learner" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- CreateTable
CREATE TABLE "LearnerCookie" (
    "hash" TEXT NOT NULL PRIMARY KEY,
    "learnerId" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastSeenAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "LearnerCookie_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "Learner" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "LessonRead" (
    "learnerId" TEXT NOT NULL,
    "lesson" TEXT NOT NULL,
    "position" REAL NOT NULL,
    "completed" BOOLEAN NOT NULL DEFAULT false,
    "updatedAt" DATETIME NOT NULL,

    PRIMARY KEY ("learnerId", "lesson"),
    CONSTRAINT "LessonRead_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "Learner" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "LabSession" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "learnerId" TEXT NOT NULL,
    "lab" TEXT NOT NULL,
    "cluster" TEXT NOT NULL,
    "seed" TEXT NOT NULL,
    "hints" JSONB NOT NULL,
    "startedAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "lastSeenAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "endedAt" DATETIME,
    "endReason" TEXT,
    CONSTRAINT "LabSession_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "Learner" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Attempt" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "sessionId" TEXT NOT NULL,
    "learnerId" TEXT NOT NULL,
    "lab" TEXT NOT NULL,
    "earned" REAL NOT NULL,
    "points" REAL NOT NULL,
    "passed" BOOLEAN NOT NULL DEFAULT false,
    "startedAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "passedAt" DATETIME,
    CONSTRAINT "Attempt_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "LabSession" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "Attempt_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "Learner" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Grade" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "attemptId" TEXT NOT NULL,
    "at" DATETIME NOT NULL,
    "trigger" TEXT NOT NULL,
    "earned" REAL NOT NULL,
    "points" REAL NOT NULL,
    "passed" BOOLEAN NOT NULL,
    "tookMs" REAL NOT NULL,
    CONSTRAINT "Grade_attemptId_fkey" FOREIGN KEY ("attemptId") REFERENCES "Attempt" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "CheckRecord" (
    "gradeId" TEXT NOT NULL,
    "task" TEXT NOT NULL,
    "check" TEXT NOT NULL,
    "verdict" TEXT NOT NULL,
    "message" TEXT,
    "points" REAL NOT NULL,
    "observed" JSONB NOT NULL,

    PRIMARY KEY ("gradeId", "task", "check"),
    CONSTRAINT "CheckRecord_gradeId_fkey" FOREIGN KEY ("gradeId") REFERENCES "Grade" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "CourseCompletion" (
    "learnerId" TEXT NOT NULL,
    "course" TEXT NOT NULL,
    "completedAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,

    PRIMARY KEY ("learnerId", "course"),
    CONSTRAINT "CourseCompletion_learnerId_fkey" FOREIGN KEY ("learnerId") REFERENCES "Learner" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE INDEX "LearnerCookie_learnerId_idx" ON "LearnerCookie"("learnerId");

-- CreateIndex
CREATE INDEX "LabSession_learnerId_lab_idx" ON "LabSession"("learnerId", "lab");

-- CreateIndex
CREATE INDEX "LabSession_endedAt_idx" ON "LabSession"("endedAt");

-- CreateIndex
CREATE UNIQUE INDEX "Attempt_sessionId_key" ON "Attempt"("sessionId");

-- CreateIndex
CREATE INDEX "Attempt_learnerId_lab_idx" ON "Attempt"("learnerId", "lab");

-- CreateIndex
CREATE INDEX "Grade_attemptId_at_idx" ON "Grade"("attemptId", "at");

-- CreateIndex
CREATE INDEX "CheckRecord_check_verdict_idx" ON "CheckRecord"("check", "verdict");
