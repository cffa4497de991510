/** Owns the console's pages and who may open them; the server decides again on every call. */
import { createRouter, createWebHistory } from "vue-router";
import { useSession } from "@/stores/session";

declare module "vue-router" {
  interface RouteMeta {
    open?: boolean;
    /** The entry of the navigation that it belongs to, where it has none of its own. */
    under?: "attendance";
    needs?: "attendance" | "assessment" | "replay" | "admin" | "map" | "cases";
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    {
      path: "/",
      name: "map",
      component: () => import("@/map/MapPage.vue"),
      meta: { needs: "map" },
    },
    {
      path: "/cases/:id?",
      name: "cases",
      component: () => import("@/cases/CasesPage.vue"),
      meta: { needs: "cases" },
    },
    {
      path: "/wall",
      name: "wall",
      component: () => import("@/wall/WallPage.vue"),
      meta: { needs: "map" },
    },
    {
      path: "/replay",
      name: "replay",
      component: () => import("@/replay/ReplayPage.vue"),
      meta: { needs: "replay" },
    },
    {
      path: "/attendance/:workerId?/:date?",
      name: "attendance",
      component: () => import("@/attendance/AttendancePage.vue"),
      meta: { needs: "attendance" },
    },
    {
      path: "/attendance-month/:view(calendar|exceptions)?",
      name: "months",
      component: () => import("@/attendance/MonthPage.vue"),
      meta: { needs: "attendance", under: "attendance" },
    },
    {
      path: "/attendance-month/:workerId(\\d+)/:month",
      name: "worker-month",
      component: () => import("@/attendance/WorkerMonthPage.vue"),
      meta: { needs: "attendance", under: "attendance" },
    },
    {
      path: "/assessment/:scheme?/:period?/:subjectId(\\d+)?",
      name: "assessment",
      component: () => import("@/assessment/AssessmentPage.vue"),
      meta: { needs: "assessment" },
    },
    {
      path: "/reviews/:tab?",
      name: "reviews",
      component: () => import("@/attendance/ReviewsPage.vue"),
      meta: { needs: "attendance", under: "attendance" },
    },
    {
      path: "/labels",
      name: "labels",
      component: () => import("@/admin/LabelsPage.vue"),
      meta: { needs: "admin" },
    },
    {
      path: "/measures",
      name: "measures",
      component: () => import("@/measures/MeasuresPage.vue"),
      meta: { needs: "attendance" },
    },
    {
      path: "/admin/:tab?",
      name: "admin",
      component: () => import("@/admin/AdminPage.vue"),
      meta: { needs: "admin" },
    },
    { path: "/health", redirect: { name: "admin", params: { tab: "health" } } },
    {
      path: "/report",
      name: "report",
      component: () => import("@/report/ReportPage.vue"),
      meta: { open: true },
    },
    {
      path: "/report/:code",
      name: "report-status",
      component: () => import("@/report/StatusPage.vue"),
      meta: { open: true },
    },
    {
      path: "/sign-in",
      name: "sign-in",
      component: () => import("@/ui/SignInPage.vue"),
      meta: { open: true },
    },
    {
      path: "/:path(.*)*",
      name: "not-found",
      component: () => import("@/ui/NotFoundPage.vue"),
      meta: { open: true },
    },
    {
      path: "/:path(.*)*",
      name: "no-right",
      component: () => import("@/ui/NoRightPage.vue"),
      meta: { open: true },
    },
  ],
});

/** The first page of each role. */
export function homeOf(role: string | undefined): string {
  if (role === "wall") return "/wall";
  if (role === "department") return "/cases";
  if (role === "worker") return "/sign-in";
  return role === "supervisor" ? "/attendance" : "/";
}

router.beforeEach(async (to) => {
  const session = useSession();
  if (to.meta.open) return true;
  if (!session.session && !(await session.restore().catch(() => false))) {
    return { name: "sign-in", query: to.fullPath === "/" ? {} : { to: to.fullPath } };
  }
  if (!to.meta.needs || session.may[to.meta.needs]) return true;
  if (to.name === "map") return homeOf(session.session?.role);
  return { name: "no-right", params: { path: to.path.slice(1).split("/") } };
});
